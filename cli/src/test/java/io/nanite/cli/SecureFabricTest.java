package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Verdict;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Incident;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.metrics.Figures;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.secure.RefusalReason;
import io.nanite.secure.RegistryCertificates;
import io.nanite.secure.SecureConfig;
import io.nanite.secure.SecureSerializer;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Agents and mappers with certificates at a real broker: what they say to each other, and what nobody else can. */
class SecureFabricTest {

    private static final String CANARY = "canary-in-a-coal-mine";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Identity A1 = Identity.agent("a1");
    private static final Identity A2 = Identity.agent("a2");
    private static final Identity M1 = Identity.mapper("m1");
    private static final Identity M2 = Identity.mapper("m2");

    @Actor("simple")
    static final class Simple {

        @Expose
        Object echo(Object payload) {
            return payload;
        }

        @Expose
        String told(ActorContext job) {
            job.progress("half", CANARY);
            return "done";
        }
    }

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

    private SecureSerializer serializer(Identity identity) {
        CertificateFolder certificates = new CertificateFolder(folder.resolve("shop"));
        return new SecureSerializer(
                Formats.json(),
                SecureConfig.of("shop", certificates.authorities()),
                certificates.credentials(identity, null),
                certificates.members(),
                TimeSource.system());
    }

    private static Agent agent(TestBroker broker, Identity identity, Serializer serializer) {
        return Agent.start(
                AgentConfig.of(identity).withPingTime(Duration.ofMillis(200)),
                new RabbitTransport(RabbitConfig.of(broker.uri("nanite"))),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        serializer(serializer);
                        actor(new Simple());
                    }
                });
    }

    private static Mapper mapper(TestBroker broker, Identity identity, Serializer serializer) {
        MapperConfig config = MapperConfig.named(identity.name())
                .withAgentTimeout(Duration.ofSeconds(3))
                .withOfflineFailsafe(true)
                .withIntroduces(true);
        return Mapper.with(config)
                .serializer(serializer)
                .start(new RabbitTransport(RabbitConfig.of(broker.uri("mapper"))));
    }

    private static boolean knows(Mapper mapper, Identity agent) {
        return mapper.agents().stream().anyMatch(view -> view.identity().equals(agent));
    }

    private static Outcomes ended(Job job) throws Exception {
        return job.outcomes().toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    @EveryBroker
    void requestsNewsAndAnswersGoBackAndForth(TestBroker broker) throws Exception {
        try (Agent agent = agent(broker, A1, serializer(A1));
                Mapper mapper = mapper(broker, M1, serializer(M1))) {
            assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            assertThat(ended(mapper.request("/simple/echo", Map.of("w", 3))).values())
                    .isEqualTo(Map.of("a1", Map.of("w", 3)));
            BlockingQueue<Object> news = new LinkedBlockingQueue<>();
            Job told = mapper.request("/simple/told", null);
            told.onProgress(
                    progress -> news.add(String.valueOf(Formats.json().convert(progress.value(), String.class))));
            assertThat(ended(told).values()).isEqualTo(Map.of("a1", "done"));
            assertThat(news.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(CANARY);
            assertThat(agent.refusals()).isEmpty();
        }
    }

    /** It has a certificate and a login, and says that it is another. */
    @EveryBroker
    void anAgentCannotRegisterPingOrAnswerAsAnother(TestBroker broker) throws Exception {
        SecureSerializer reading = serializer(M1);
        try (Mapper mapper = mapper(broker, M1, reading);
                Agent honest = agent(broker, A1, serializer(A1))) {
            assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            // Signs as a1, and claims to be a2.
            try (Agent liar = agent(broker, A2, serializer(A1))) {
                Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(
                                reading.refusals().get(RefusalReason.IDENTITY))
                        .as("a registration and pings")
                        .isGreaterThanOrEqualTo(2));
                assertThat(knows(mapper, A2)).isFalse();
                assertThat(knows(mapper, A1)).isTrue();
                assertThat(liar.identity()).isEqualTo(A2);
            }
            assertThat(honest.identity()).isEqualTo(A1);
        }
    }

    /** The negative twin: with its own certificate the same agent is known. */
    @EveryBroker
    void withItsOwnCertificateItIsKnown(TestBroker broker) {
        try (Mapper mapper = mapper(broker, M1, serializer(M1));
                Agent honest = agent(broker, A2, serializer(A2))) {
            Awaitility.await().atMost(PATIENCE).until(() -> knows(mapper, honest.identity()));
        }
    }

    /** An agent that answers in the name of another: the answer is refused, and the call goes on waiting for the real one. */
    @EveryBroker
    void anAnswerInTheNameOfAnotherIsNoAnswer(TestBroker broker) throws Exception {
        SecureSerializer reading = serializer(M1);
        SecureSerializer a1 = serializer(A1);
        // Registers as a2 by a2's certificate, and signs all that it answers with a1's.
        SecureSerializer a2 = serializer(A2);
        Serializer twoFaced = new TwoFaced(a2, a1);
        try (Figures figures = new Figures();
                Mapper mapper = mapper(broker, M1, reading);
                Agent liar = agent(broker, A2, twoFaced)) {
            figures.bind(mapper);
            assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            Job job = mapper.request("/simple/echo", "x", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(3)));
            assertThat(ended(job).single().verdict()).isEqualTo(Verdict.TIMEOUT);
            assertThat(reading.refusals()).containsKey(RefusalReason.IDENTITY);
            assertThat(mapper.unread()).containsEntry("identity", 1L).containsEntry("replay", 0L);
            assertThat(figures.text()).contains("nanite_mapper_unread_total{mapper=\"m1\",reason=\"identity\"} 1.0");
            assertThat(mapper.why(job.token())).extracting(Incident::words).contains("answer refused unread: identity");
            assertThat(liar.tally().executed()).isPositive();
        }
    }

    /** Reads as one member; writes presence as that one, and answers as another. */
    private record TwoFaced(SecureSerializer own, SecureSerializer others) implements Serializer {

        @Override
        public String contentType() {
            return own.contentType();
        }

        @Override
        public boolean reads(@Nullable String contentType) {
            return own.reads(contentType);
        }

        @Override
        public byte[] write(Packet packet, Recipient recipient) {
            return (packet instanceof Reply ? others : own).write(packet, recipient);
        }

        @Override
        public Packet read(Bytes bytes, @Nullable String contentType) {
            return own.read(bytes, contentType);
        }

        @Override
        public @Nullable Object convert(Payload payload, Type type) {
            return own.convert(payload, type);
        }
    }

    /** As on a host of its own: its own certificate and key, the authority, and what was called back. */
    private SecureSerializer alone(Identity identity) throws IOException {
        return alone(identity, registry(identity));
    }

    private SecureSerializer alone(Identity identity, RegistryCertificates known) {
        CertificateFolder certificates = new CertificateFolder(folder.resolve(identity.value()));
        return new SecureSerializer(
                Formats.json(),
                SecureConfig.of("shop", certificates.authorities()).withCarriesCertificates(true),
                certificates.credentials(identity, null),
                known,
                TimeSource.system());
    }

    private RegistryCertificates registry(Identity identity) throws IOException {
        Path own = Files.createDirectories(folder.resolve(identity.value()));
        try (Stream<Path> files = Files.list(folder.resolve("shop"))) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.equals("ca.pem") || name.equals("crl.pem") || name.startsWith(identity + ".")) {
                    Files.copy(file, own.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        return new RegistryCertificates(new CertificateFolder(own).members(), 1_000, TimeSource.system());
    }

    @EveryBroker
    void nobodyCopiesCertificatesByHand(TestBroker broker) throws Exception {
        try (Mapper first = mapper(broker, M1, alone(M1));
                Mapper second = mapper(broker, M2, alone(M2));
                Agent agent = agent(broker, A1, alone(A1))) {
            assertThat(first.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            assertThat(second.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
            for (Mapper mapper : List.of(first, second)) {
                assertThat(ended(mapper.request("/simple/echo", "hello")).values())
                        .isEqualTo(Map.of(agent.identity().name(), "hello"));
            }
        }
    }

    /** What is for an agent is sealed for the mappers that introduced themselves, so that one of them can save it. */
    @EveryBroker
    void aMapperThatIntroducedItselfSavesTheWorkOfADeadAgent(TestBroker broker) throws Exception {
        RegistryCertificates known = registry(M1);
        try (Mapper saving = mapper(broker, M2, alone(M2))) {
            try (RabbitTransport doomed = new RabbitTransport(RabbitConfig.of(broker.uri("nanite")))) {
                BlockingQueue<Delivery.Part> taken = takeWorkFor(A2, doomed, alone(A2));
                try (Mapper asking = mapper(broker, M1, alone(M1, known))) {
                    assertThat(asking.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
                    Awaitility.await().atMost(PATIENCE).until(() -> known.mappers()
                            .contains(M2));
                    assertThat(asking.push("/simple/echo", CANARY)
                                    .toCompletableFuture()
                                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                    .agents())
                            .containsExactly(A2);
                    assertThat(taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                            .isNotNull();
                }
                assertThat(knows(saving, A2)).isTrue();
            }
            try (Agent heir = agent(broker, A1, alone(A1))) {
                Awaitility.await()
                        .atMost(PATIENCE.multipliedBy(2))
                        .until(() -> heir.tally().executed() == 1);
            }
        }
    }

    /** An agent that takes work and does nothing about it. */
    private static BlockingQueue<Delivery.Part> takeWorkFor(
            Identity agent, RabbitTransport transport, Serializer serializer) {
        transport.start(new TransportListener() {});
        BlockingQueue<Delivery.Part> taken = new LinkedBlockingQueue<>();
        transport.subscribe(Source.work(agent, 10), delivery -> taken.addAll(delivery.parts()));
        transport.subscribe(Source.control(agent), delivery -> answer(delivery, agent, transport, serializer));
        register(agent, transport, serializer);
        return taken;
    }

    /** Says again that it is there when it is asked, as agents do. */
    private static void answer(Delivery delivery, Identity agent, RabbitTransport transport, Serializer serializer) {
        for (Delivery.Part part : delivery.parts()) {
            if (serializer.read(part.body(), part.contentType()) instanceof Advertise) {
                register(agent, transport, serializer);
            }
            part.settle();
        }
    }

    private static void register(Identity agent, RabbitTransport transport, Serializer serializer) {
        new PacketSender(serializer, transport)
                .tellMappers(
                        Address.REGISTRATION,
                        new Register(
                                agent,
                                Set.of(Service.parse("/simple/echo")),
                                Set.of(),
                                Status.of(0.0),
                                new Vitals(4, 0, "boot", 0, "1", true)));
    }

    @EveryBroker
    void whatWaitsOfflineIsNeverClearTextAndAnyMapperGivesItOut(TestBroker broker) throws Exception {
        try (Mapper asking = mapper(broker, M1, serializer(M1))) {
            Job job = asking.request("/simple/echo", CANARY, CallOptions.DEFAULT.withOfflineFailsafe(true));
            try (Mapper other = mapper(broker, M2, serializer(M2));
                    Agent agent = agent(broker, A1, serializer(A1))) {
                assertThat(ended(job).values()).isEqualTo(Map.of("a1", CANARY));
                assertThat(other.identity()).isEqualTo(M2);
                assertThat(agent.identity()).isEqualTo(A1);
            }
        }
    }

    @EveryBroker
    void whatLiesInAQueueShowsNothing(TestBroker broker) throws Exception {
        try (Mapper mapper = mapper(broker, M1, serializer(M1))) {
            try (Agent agent = agent(broker, A1, serializer(A1))) {
                assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
                agent.quiet();
            }
            // Until then it would lie in the queue of who has gone.
            Awaitility.await().atMost(PATIENCE).until(() -> !knows(mapper, A1));
            var unused = mapper.push("/simple/echo", CANARY, CallOptions.DEFAULT.withOfflineFailsafe(true))
                    .toCompletableFuture()
                    .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        BlockingQueue<Delivery.Part> seen = new LinkedBlockingQueue<>();
        try (RabbitTransport broken = new RabbitTransport(RabbitConfig.of(broker.uri("mapper")))) {
            broken.start(new TransportListener() {});
            broken.subscribe(Source.offline(10), delivery -> seen.addAll(delivery.parts()));
            Delivery.Part part = seen.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            assertThat(part).isNotNull();
            assertThat(part.contentType()).isEqualTo(SecureSerializer.CONTENT_TYPE);
            assertThat(new String(part.body().toArray(), StandardCharsets.ISO_8859_1))
                    .doesNotContain(CANARY, "/simple/echo");
            part.settle();
        }
    }

    /** Its work is read by a mapper that it was sealed for too, and sealed for another agent. */
    @EveryBroker
    void theWorkOfADeadAgentIsSealedAnewForAnother(TestBroker broker) throws Exception {
        SecureSerializer reading = serializer(M1);
        SecureSerializer dying = serializer(A2);
        try (Mapper mapper = mapper(broker, M1, reading)) {
            try (RabbitTransport doomed = new RabbitTransport(RabbitConfig.of(broker.uri("nanite")))) {
                BlockingQueue<Delivery.Part> taken = takeWorkFor(A2, doomed, dying);
                assertThat(mapper.awaitService("/simple/echo", 1, PATIENCE)).isTrue();
                assertThat(mapper.push("/simple/echo", CANARY)
                                .toCompletableFuture()
                                .get(PATIENCE.toSeconds(), TimeUnit.SECONDS)
                                .agents())
                        .containsExactly(A2);
                assertThat(taken.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isNotNull();
            }
            try (Agent heir = agent(broker, A1, serializer(A1))) {
                Awaitility.await()
                        .atMost(PATIENCE.multipliedBy(2))
                        .until(() -> heir.tally().executed() == 1);
            }
            assertThat(reading.refusals()).isEmpty();
        }
    }

    /** What a command does with the same folder. */
    @EveryBroker
    void aCommandSpeaksSecurelyToo(TestBroker broker) throws Exception {
        try (Agent agent = agent(broker, A1, serializer(A1))) {
            Cli cli = Cli.at(broker.uri())
                    .with("NANITE_FORMAT", "secure")
                    .with("NANITE_CERTIFICATES", folder.resolve("shop").toString());
            Cli.Ended asked = cli.run("mapper", "request", "/simple/echo", CANARY, "--token", "m1");
            assertThat(asked.err()).isEmpty();
            assertThat(asked.out().strip()).isEqualTo("{\"a1\":\"%s\"}".formatted(CANARY));

            Cli.Ended stranger = cli.run("mapper", "request", "/simple/echo", CANARY, "--token", "m9");
            assertThat(stranger.code()).isEqualTo(2);
            assertThat(stranger.err()).contains("no key of mapper-m9").hasLineCount(1);
            // The negative twin: who speaks in the clear hears of nobody, and nobody hears it.
            Cli.Ended plain = Cli.at(broker.uri()).run("mapper", "request", "/simple/echo", CANARY, "--token", "m1");
            assertThat(plain.code()).isEqualTo(6);
            assertThat(agent.tally().executed()).isEqualTo(1);
        }
    }
}
