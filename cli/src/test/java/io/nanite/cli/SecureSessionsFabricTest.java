package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.TransportListener;
import io.nanite.faultkit.Child;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.secure.RefusalReason;
import io.nanite.secure.SecureSerializer;
import io.nanite.secure.SessionLimits;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.lang.reflect.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Agents and mappers that agree on sessions, at real brokers, and are killed meanwhile: nothing that was asked is lost. */
class SecureSessionsFabricTest {

    private static final String IN_SESSION = "application/vnd.nanite.secure-session";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Identity A1 = Identity.agent("a1");
    private static final Identity A2 = Identity.agent("a2");
    private static final Identity M1 = Identity.mapper("m1");
    private static final Identity M2 = Identity.mapper("m2");
    private static final CallOptions PATIENT = CallOptions.DEFAULT.withTimeout(PATIENCE);

    @TempDir
    Path folder;

    @BeforeEach
    void certificates() {
        CertificateAuthority authority = CertificateAuthority.create(
                folder.resolve("shop"), "shop", Duration.ofDays(10), null, TimeSource.system());
        for (Identity member : List.of(A1, A2, M1, M2)) {
            authority.issue(member, KeyKind.P256, Duration.ofDays(5), KeyForm.PKCS8, null);
        }
    }

    private SecureSerializer serializer(Identity identity, SessionLimits limits) {
        return SessionAgent.serializer(folder.resolve("shop"), identity, limits);
    }

    private SecureSerializer serializer(Identity identity) {
        return serializer(identity, SessionLimits.DEFAULT);
    }

    private static Mapper mapper(TestBroker broker, Identity identity, Serializer serializer) {
        return mapper(broker, identity, serializer, Duration.ofSeconds(3));
    }

    private static Mapper mapper(TestBroker broker, Identity identity, Serializer serializer, Duration agentTimeout) {
        MapperConfig config = MapperConfig.named(identity.name())
                .withAgentTimeout(agentTimeout)
                .withOfflineFailsafe(true);
        return Mapper.with(config)
                .serializer(serializer)
                .start(new RabbitTransport(RabbitConfig.of(broker.uri("mapper"))));
    }

    private static Agent agent(TestBroker broker, Identity identity, Serializer serializer) {
        return SessionAgent.start(broker.uri("nanite"), identity, serializer);
    }

    private Child process(TestBroker broker, Identity identity) throws InterruptedException {
        Child child = begun(broker, identity);
        child.awaitLine(SessionAgent.UP, PATIENCE);
        return child;
    }

    private Child begun(TestBroker broker, Identity identity) {
        return Child.start(
                identity.value(),
                Child.jvm(
                        List.of("-Xmx96m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                        SessionAgent.class.getName(),
                        broker.uri("nanite"),
                        identity.name(),
                        folder.resolve("shop").toString()));
    }

    /** Counts how what it writes goes. */
    private static final class Counting implements Serializer {

        final AtomicInteger inSession = new AtomicInteger();
        final AtomicInteger enveloped = new AtomicInteger();
        private final SecureSerializer inner;

        Counting(SecureSerializer inner) {
            this.inner = inner;
        }

        private Draft counted(Draft draft) {
            (draft.contentType().equals(IN_SESSION) ? inSession : enveloped).incrementAndGet();
            return draft;
        }

        @Override
        public String contentType() {
            return inner.contentType();
        }

        @Override
        public boolean reads(@Nullable String contentType) {
            return inner.reads(contentType);
        }

        @Override
        public byte[] write(Packet packet, Recipient recipient) {
            return inner.write(packet, recipient);
        }

        @Override
        public Draft draft(Packet packet, Recipient recipient) {
            return inner.draft(packet, recipient);
        }

        @Override
        public Draft live(Packet packet, Recipient recipient, boolean packable) {
            return counted(inner.live(packet, recipient, packable));
        }

        @Override
        public Draft answer(
                Packet packet, Recipient recipient, boolean packable, Bytes question, @Nullable String contentType) {
            return counted(inner.answer(packet, recipient, packable, question, contentType));
        }

        @Override
        public boolean isLive(@Nullable String contentType) {
            return inner.isLive(contentType);
        }

        @Override
        public Packet readBack(Bytes bytes, @Nullable String contentType) {
            return inner.readBack(bytes, contentType);
        }

        @Override
        public Packet read(Bytes bytes, @Nullable String contentType) {
            return inner.read(bytes, contentType);
        }

        @Override
        public Packet read(Bytes bytes, @Nullable String contentType, boolean redelivered) {
            return inner.read(bytes, contentType, redelivered);
        }

        @Override
        public @Nullable Object convert(Payload payload, Type type) {
            return inner.convert(payload, type);
        }
    }

    /** Something that happens while work goes on. */
    private interface Fault {

        void happens(int answered) throws Exception;
    }

    /** Asks so often, with so much open at once, and checks every answer. */
    private static void ask(Mapper mapper, String service, int count, int window, Fault fault) throws Exception {
        Deque<Job> open = new ArrayDeque<>();
        for (int i = 0; i < count; i++) {
            open.add(mapper.request(service, "question " + i, PATIENT));
            if (open.size() == window) {
                checkAnswer(open.removeFirst(), i - window + 1);
                fault.happens(i - window + 1);
            }
        }
        for (int i = count - open.size(); !open.isEmpty(); i++) {
            checkAnswer(open.removeFirst(), i);
        }
    }

    private static void checkAnswer(Job job, int number) throws Exception {
        Outcomes outcomes = job.outcomes().toCompletableFuture().get(PATIENCE.toSeconds() + 10, TimeUnit.SECONDS);
        assertThat(outcomes.values().values()).as("%s", outcomes).containsExactly("question " + number);
    }

    /** How many dead letters lie there. */
    private static int deadLetters(TestBroker broker) {
        try (RabbitTransport looking = new RabbitTransport(RabbitConfig.of(broker.uri("mapper")))) {
            looking.start(new TransportListener() {});
            String queue = ((Address.Queue) Address.DEAD_LETTER).name();
            return looking.ready(List.of(queue)).getOrDefault(queue, 0);
        }
    }

    @EveryBroker
    void whatIsAskedAndAnsweredGoesInASessionAndInPacks(TestBroker broker) throws Exception {
        Counting asking = new Counting(serializer(M1));
        Counting answering = new Counting(serializer(A1));
        try (Agent agent = agent(broker, A1, answering);
                Mapper mapper = mapper(broker, M1, asking)) {
            assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            ask(mapper, "/simple/echo", 2_000, 64, answered -> {});

            assertThat(asking.inSession).hasValueGreaterThan(1_500);
            assertThat(answering.inSession).hasValueGreaterThan(1_500);
            assertThat(asking.inner.refusals()).isEmpty();
            assertThat(answering.inner.refusals()).isEmpty();
            assertThat(agent.tally().executed()).isEqualTo(2_000);
        }
    }

    /** The negative twin of all of these: without sessions nothing goes in one. */
    @EveryBroker
    void whoHasNoSessionsIsAnsweredToo(TestBroker broker) throws Exception {
        Counting asking = new Counting(serializer(M1));
        SecureSerializer plain = new SecureMember(
                        new io.nanite.secure.CertificateFolder(folder.resolve("shop")),
                        A1,
                        null,
                        io.nanite.core.serializer.Formats.json())
                .serializer();
        try (Agent agent = agent(broker, A1, plain);
                Mapper mapper = mapper(broker, M1, asking)) {
            assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            ask(mapper, "/simple/echo", 200, 16, answered -> {});

            assertThat(asking.inSession).hasValue(0);
            assertThat(agent.identity()).isEqualTo(A1);
        }
    }

    @EveryBroker
    void newKeysUnderLoadLoseNothing(TestBroker broker) throws Exception {
        SessionLimits often = new SessionLimits(Duration.ofSeconds(1), 40, Duration.ofMinutes(10), 10_000);
        Counting asking = new Counting(serializer(M1, often));
        SecureSerializer answering = serializer(A1);
        try (Agent agent = agent(broker, A1, answering);
                Mapper mapper = mapper(broker, M1, asking)) {
            assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            ask(mapper, "/simple/echo", 3_000, 64, answered -> {});

            assertThat(asking.inner.sessions()).isGreaterThan(5);
            assertThat(asking.inSession).hasValueGreaterThan(200);
            assertThat(asking.inner.refusals()).isEmpty();
            assertThat(answering.refusals()).isEmpty();
            assertThat(agent.tally().executed()).isEqualTo(3_000);
        }
    }

    @EveryBroker
    void anAgentThatIsKilledAndStartedAgainIsAskedAgain(TestBroker broker) throws Exception {
        Counting asking = new Counting(serializer(M1));
        Child[] agent = {process(broker, A1)};
        try (Mapper mapper = mapper(broker, M1, asking)) {
            assertThat(mapper.awaitService("/simple/slow", 1, PATIENCE)).isTrue();
            ask(mapper, "/simple/slow", 900, 64, answered -> {
                if (answered % 300 == 150) {
                    agent[0].kill();
                    agent[0] = process(broker, A1);
                }
            });

            assertThat(asking.inSession).hasValueGreaterThan(100);
        } finally {
            agent[0].close();
        }
        assertThat(deadLetters(broker)).isZero();
    }

    /** The other saves nothing from the dead one's queue, and buries nothing: its mapper has given it to another. */
    @EveryBroker
    void whatADeadAgentLeavesInASessionIsDoneByAnotherForItsMapper(TestBroker broker) throws Exception {
        Counting asking = new Counting(serializer(M1));
        Child dying = process(broker, A1);
        try (Mapper other = mapper(broker, M2, serializer(M2));
                Mapper mapper = mapper(broker, M1, asking)) {
            assertThat(mapper.awaitService("/simple/slow", 1, PATIENCE)).isTrue();
            ask(mapper, "/simple/slow", 50, 8, answered -> {});
            assertThat(asking.inSession).hasValueGreaterThan(10);
            try (Agent heir = agent(broker, A2, serializer(A2))) {
                assertThat(mapper.awaitService("/simple/slow", 2, PATIENCE)).isTrue();
                ask(mapper, "/simple/slow", 400, 128, answered -> {
                    if (answered == 50) {
                        dying.kill();
                    }
                });
                assertThat(heir.identity()).isEqualTo(A2);
            }
            assertThat(other.identity()).isEqualTo(M2);
        } finally {
            dying.close();
        }
        assertThat(deadLetters(broker)).isZero();
    }

    @EveryBroker
    void aQueueWithWordsOfADeadMapperIsEmptiedAndNothingOfItIsBuried(TestBroker broker) throws Exception {
        Child dying = process(broker, A1);
        try (Mapper saving = mapper(broker, M2, serializer(M2))) {
            Counting asking = new Counting(serializer(M1));
            try (Mapper mapper = mapper(broker, M1, asking)) {
                assertThat(mapper.awaitService("/simple/slow", 1, PATIENCE)).isTrue();
                ask(mapper, "/simple/slow", 50, 8, answered -> {});
                for (int i = 0; i < 300; i++) {
                    mapper.request("/simple/slow", "nobody waits for " + i);
                }
                assertThat(asking.inSession).hasValueGreaterThan(100);
                dying.kill();
            }
            Awaitility.await().atMost(PATIENCE).until(() -> {
                try (RabbitTransport looking = new RabbitTransport(RabbitConfig.of(broker.uri("mapper")))) {
                    looking.start(new TransportListener() {});
                    return looking.ready(List.of(A1.value())).getOrDefault(A1.value(), 0) == 0;
                }
            });
            assertThat(saving.identity()).isEqualTo(M2);
        } finally {
            dying.close();
        }
        assertThat(deadLetters(broker)).isZero();
    }

    /** Each life forgets the session in which it was asked: how often the job was begun is counted all the same. */
    @EveryBroker
    void aJobThatKillsItsProcessIsBegunAFewTimesAndBuried(TestBroker broker) throws Exception {
        Counting asking = new Counting(serializer(M1));
        Child agent = process(broker, A1);
        // What a life has counted goes with its queue, when nobody has come for that for a few times as long.
        try (Mapper mapper = mapper(broker, M1, asking, PATIENCE)) {
            assertThat(mapper.awaitService("/simple/fatal", 1, PATIENCE)).isTrue();
            ask(mapper, "/simple/echo", 50, 8, answered -> {});
            assertThat(asking.inSession).hasValueGreaterThan(10);

            CompletableFuture<Outcomes> fatal =
                    mapper.request("/simple/fatal", "x", PATIENT).outcomes().toCompletableFuture();
            int lives = 1;
            while (!fatal.isDone()) {
                if (!agent.isAlive()) {
                    agent.close();
                    agent = begun(broker, A1);
                    lives++;
                }
                CompletableFuture.anyOf(fatal, exit(agent)).get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            }

            assertThat(fatal.join().single())
                    .isInstanceOfSatisfying(Outcome.Failure.class, failure -> assertThat(failure.kind())
                            .isEqualTo("Poisoned"));
            assertThat(lives).isBetween(5, 7);
            ask(mapper, "/simple/echo", 20, 4, answered -> {});
        } finally {
            agent.close();
        }
        assertThat(deadLetters(broker)).isEqualTo(1);
    }

    private static CompletableFuture<ProcessHandle> exit(Child child) {
        return ProcessHandle.of(child.pid())
                .map(ProcessHandle::onExit)
                .orElseGet(() -> CompletableFuture.completedFuture(ProcessHandle.current()));
    }

    @EveryBroker
    void aMapperThatIsStartedAgainUnderItsNameIsAnswered(TestBroker broker) throws Exception {
        SecureSerializer answering = serializer(A1);
        try (Agent agent = agent(broker, A1, answering)) {
            for (int life = 0; life < 3; life++) {
                Counting asking = new Counting(serializer(M1));
                try (Mapper mapper = mapper(broker, M1, asking)) {
                    assertThat(mapper.awaitService("/simple/slow", 1, PATIENCE)).isTrue();
                    ask(mapper, "/simple/slow", 200, 32, answered -> {});
                    assertThat(asking.inSession).hasValueGreaterThan(50);
                    for (int i = 0; i < 50; i++) {
                        mapper.request("/simple/slow", "nobody waits for " + i); // it answers them in the old session
                    }
                }
            }
            assertThat(agent.identity()).isEqualTo(A1);
            assertThat(answering.refusals()).isEmpty();
        }
    }

    @EveryBroker
    void bothAreStartedAgain(TestBroker broker) throws Exception {
        for (int life = 0; life < 2; life++) {
            Child agent = process(broker, A1);
            Counting asking = new Counting(serializer(M1));
            try (Mapper mapper = mapper(broker, M1, asking)) {
                assertThat(mapper.awaitService("/simple/slow", 1, PATIENCE)).isTrue();
                ask(mapper, "/simple/slow", 200, 32, answered -> {});
                assertThat(asking.inSession).hasValueGreaterThan(50);
                mapper.request("/simple/slow", "nobody waits for this");
                agent.kill();
            } finally {
                agent.close();
            }
        }
        assertThat(deadLetters(broker)).isZero();
    }

    /** It says that it cannot read what it is asked, in the same life, and is asked again. */
    @EveryBroker
    void anAgentThatHasForgottenASessionIsAskedAgain(TestBroker broker) throws Exception {
        SessionLimits brief = new SessionLimits(Duration.ofSeconds(1), 1_000, Duration.ofSeconds(2), 10);
        Counting asking = new Counting(serializer(M1));
        SecureSerializer answering = serializer(A1, brief);
        try (Agent agent = agent(broker, A1, answering);
                Mapper mapper = mapper(broker, M1, asking)) {
            assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            ask(mapper, "/simple/echo", 20, 1, answered -> {});
            int before = asking.inSession.get();
            assertThat(before).isPositive();
            Awaitility.await().atMost(PATIENCE).until(() -> {
                ask(mapper, "/simple/echo", 1, 1, answered -> {});
                return answering.refusals().containsKey(RefusalReason.UNKNOWN_SESSION);
            });
            ask(mapper, "/simple/echo", 20, 4, answered -> {});
            assertThat(agent.identity()).isEqualTo(A1);
        }
        assertThat(deadLetters(broker)).isZero();
    }

    /** As a command is told. */
    @EveryBroker
    void aCommandHasSessionsIfItIsToldTo(TestBroker broker) throws Exception {
        SecureSerializer answering = serializer(A1);
        try (Agent agent = agent(broker, A1, answering)) {
            Cli cli = Cli.at(broker.uri())
                    .with("NANITE_FORMAT", "secure")
                    .with("NANITE_CERTIFICATES", folder.resolve("shop").toString());
            assertThat(cli.run("mapper", "request", "/simple/echo", "x", "--token", "m1")
                            .out()
                            .strip())
                    .isEqualTo("{\"a1\":\"x\"}");
            assertThat(answering.sessions()).isZero();
            assertThat(cli.with("NANITE_SECURE_SESSIONS", "true")
                            .run("mapper", "request", "/simple/echo", "x", "--token", "m1")
                            .out()
                            .strip())
                    .isEqualTo("{\"a1\":\"x\"}");
            assertThat(answering.sessions()).isEqualTo(1);
            assertThat(agent.identity()).isEqualTo(A1);
            assertThat(Map.copyOf(answering.refusals())).isEmpty();
        }
    }
}
