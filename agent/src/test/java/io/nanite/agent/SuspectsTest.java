package io.nanite.agent;

import static io.nanite.agent.TestAgent.MAPPER;
import static io.nanite.agent.TestAgent.SELF;
import static io.nanite.agent.TestAgent.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that come again after their agent died under them; a dead agent is one whose connection is gone for good. */
class SuspectsTest {

    /** One job of which never ends: the process that runs it is as good as dead. */
    static final class Deadly {

        final BlockingQueue<String> begun = new LinkedBlockingQueue<>();
        final CountDownLatch never = new CountDownLatch(1);

        @Expose
        String harmless(ActorContext job) {
            begun.add("harmless " + job.attempt());
            return "done";
        }

        @Expose
        String deadly(ActorContext job) throws InterruptedException {
            begun.add("deadly " + job.attempt());
            never.await();
            return "never";
        }
    }

    private static final String MARKS = Source.attempts(SELF, 1).queue();

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final Serializer serializer = new JsonSerializer();
    private final InMemoryTransport mapperSide = broker.transport("mapper");
    private final PacketSender sender = new PacketSender(serializer, mapperSide);
    private final Map<Token, BlockingQueue<Outcome>> outcomes = new HashMap<>();
    private final List<Agent> lives = new ArrayList<>();
    private final List<Deadly> actors = new ArrayList<>();

    @BeforeEach
    void listen() {
        broker.declare("dead-letter");
        mapperSide.start(new TransportListener() {});
        mapperSide.subscribe(Source.replies(MAPPER), this::hear);
    }

    @AfterEach
    void end() {
        actors.forEach(actor -> actor.never.countDown());
        lives.forEach(Agent::close);
        mapperSide.close();
    }

    private void hear(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            Packet packet = serializer.read(part.body(), part.contentType());
            if (packet instanceof Result result) {
                outcomes(result.token()).add(result.outcome());
            }
            part.settle();
        }
    }

    private synchronized BlockingQueue<Outcome> outcomes(Token token) {
        return outcomes.computeIfAbsent(token, unused -> new LinkedBlockingQueue<>());
    }

    private Outcome outcome(Request request) throws InterruptedException {
        Outcome outcome = outcomes(request.token()).poll(10, TimeUnit.SECONDS);
        assertThat(outcome).as("an outcome within 10 s").isNotNull();
        return outcome;
    }

    /** Begins a new life of the agent; the transport of the one before must be gone. */
    private InMemoryTransport live() {
        InMemoryTransport transport = broker.transport("agent");
        Deadly actor = new Deadly();
        actors.add(actor);
        lives.add(Agent.start(AgentConfig.of(SELF).withGrace(Duration.ofMillis(100)), transport, new AgentModule() {
            @Override
            protected void configure() {
                actor(actor, "test");
            }
        }));
        return transport;
    }

    private Deadly actor() {
        return actors.get(actors.size() - 1);
    }

    private String begun() throws InterruptedException {
        return String.valueOf(actor().begun.poll(10, TimeUnit.SECONDS));
    }

    private Request ask(String service) {
        Request request = request(service, null);
        sender.request(SELF, request, false);
        return request;
    }

    @Test
    void aJobThatKillsItsAgentIsBegunFourTimesAndThenPoisoned() throws Exception {
        InMemoryTransport life = live();
        Request deadly = ask("/test/deadly");
        for (int attempt = 1; attempt <= 4; attempt++) {
            assertThat(begun()).isEqualTo("deadly " + attempt);
            life.disconnect();
            life = live();
        }

        Outcome.Failure poisoned = (Outcome.Failure) outcome(deadly);
        assertThat(poisoned.kind()).isEqualTo("Poisoned");
        assertThat(poisoned.message()).contains("begun 4 times");
        Awaitility.await().until(() -> broker.waiting("dead-letter") == 1);
        assertThat(broker.waiting(SELF.value())).isZero();
        assertThat(actor().begun).isEmpty();
    }

    @Test
    void jobsThatOnlyLayBesideItAreDoneAndNeverBlamed() throws Exception {
        InMemoryTransport life = live();
        Request deadly = ask("/test/deadly");
        assertThat(begun()).isEqualTo("deadly 1");
        life.disconnect();
        List<Request> beside = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            beside.add(ask("/test/harmless"));
        }

        for (int attempt = 2; attempt <= 4; attempt++) {
            life = live();
            String next = begun();
            while (next.startsWith("harmless")) {
                next = begun();
            }
            assertThat(next).isEqualTo("deadly " + attempt);
            life.disconnect();
        }
        live();

        assertThat(((Outcome.Failure) outcome(deadly)).kind()).isEqualTo("Poisoned");
        for (Request request : beside) {
            assertThat(outcome(request).ok()).isTrue();
        }
    }

    /** It says that it is sent for the second time, was delivered to four lives, and had its turn in none. */
    @Test
    void whatWaitedForItsTurnWhenTheAgentDiedIsNotCounted() throws Exception {
        // The first of them does nothing: where it comes for the first time, it need not wait for its turn.
        BlockingQueue<Delivery> taken = new LinkedBlockingQueue<>();
        InMemoryTransport life = broker.transport("agent");
        life.start(new TransportListener() {});
        life.subscribe(Source.work(SELF, 10), taken::add);
        Request deadly = ask("/test/deadly");
        Request sent = request("/test/harmless", null);
        Request again = sent.with(sent.metadata().nextAttempt());
        sender.request(SELF, again, false);
        for (int i = 0; i < 2; i++) {
            assertThat(taken.poll(10, TimeUnit.SECONDS)).isNotNull();
        }
        for (int attempt = 2; attempt <= 4; attempt++) {
            life.disconnect();
            life = live();
            assertThat(begun()).isEqualTo("deadly " + attempt);
        }
        life.disconnect();
        live();

        assertThat(((Outcome.Failure) outcome(deadly)).kind()).isEqualTo("Poisoned");
        assertThat(begun()).isEqualTo("harmless 2");
        assertThat(outcome(again).ok()).isTrue();
    }

    @Test
    void aJobThatEndsWellTheSecondTimeIsForgotten() throws Exception {
        InMemoryTransport life = live();
        Request deadly = ask("/test/deadly");
        assertThat(begun()).isEqualTo("deadly 1");
        life.disconnect();

        live();
        assertThat(begun()).isEqualTo("deadly 2");
        actor().never.countDown();

        assertThat(outcome(deadly)).isEqualTo(Outcome.success("never"));
        // The last suspect is over: the agent goes on without the queue.
        Awaitility.await().until(() -> !broker.queues().contains(MARKS));
        lives.get(lives.size() - 1).close();
        assertThat(broker.queues()).doesNotContain(MARKS, SELF.value());
    }

    @Test
    void whatWasOnlyGivenBackIsNotAnAttempt() throws Exception {
        live();
        Request first = ask("/test/harmless");
        assertThat(outcome(first).ok()).isTrue();
        assertThat(broker.queues()).doesNotContain(MARKS);
        assertThat(Address.workOf(SELF)).isEqualTo(new Address.Queue(SELF.value()));
    }
}
