package io.nanite.agent;

import static io.nanite.agent.TestAgent.MAPPER;
import static io.nanite.agent.TestAgent.SELF;
import static io.nanite.agent.TestAgent.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An agent and the words of a mapper, with a broker between them. */
class AgentInTheFabricTest {

    static final class Counter {

        final AtomicInteger calls = new AtomicInteger();
        final Semaphore running = new Semaphore(0);
        final CountDownLatch go = new CountDownLatch(1);

        @Expose
        int next() {
            return calls.incrementAndGet();
        }

        @Expose
        String stubborn(ActorContext job) {
            CountDownLatch told = new CountDownLatch(1);
            job.onCancel(told::countDown);
            running.release();
            boolean waiting = true;
            while (waiting) {
                try {
                    told.await();
                    waiting = false;
                } catch (InterruptedException e) {
                    waiting = told.getCount() > 0;
                }
            }
            return "stopped itself: " + job.isCancelled();
        }

        @Expose
        int slow() throws InterruptedException {
            running.release();
            go.await();
            return calls.incrementAndGet();
        }
    }

    private final Counter counter = new Counter();
    private final InMemoryBroker broker = InMemoryBroker.packing();
    private final InMemoryTransport agentSide = broker.transport("agent");
    private final InMemoryTransport mapperSide = broker.transport("mapper");
    private final Serializer serializer = new JsonSerializer();
    private final PacketSender sender = new PacketSender(serializer, mapperSide);
    private final BlockingQueue<Packet> heard = new LinkedBlockingQueue<>();

    @BeforeEach
    void listen() {
        mapperSide.start(new TransportListener() {});
        mapperSide.subscribe(Source.presence(MAPPER), this::hear);
        mapperSide.subscribe(Source.replies(MAPPER), this::hear);
    }

    private void hear(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            heard.add(serializer.read(part.body(), part.contentType()));
            part.settle();
        }
    }

    @AfterEach
    void leave() {
        mapperSide.close();
    }

    private <P extends Packet> P next(Class<P> kind) throws InterruptedException {
        while (true) {
            Packet packet = heard.poll(10, TimeUnit.SECONDS);
            assertThat(packet).as("a %s within 10 s", kind.getSimpleName()).isNotNull();
            if (kind.isInstance(packet)) {
                return kind.cast(packet);
            }
        }
    }

    /** Waits for a result of each; one may come twice. */
    private void awaitResults(Set<Token> tokens) throws InterruptedException {
        awaitResults(1, tokens);
    }

    private void awaitResults(int each, Set<Token> tokens) throws InterruptedException {
        List<Token> missing = new ArrayList<>();
        for (int i = 0; i < each; i++) {
            missing.addAll(tokens);
        }
        while (!missing.isEmpty()) {
            Token token = next(Result.class).token();
            assertThat(tokens).contains(token);
            missing.remove(token);
        }
    }

    private Agent agent() {
        return Agent.start(TestAgent.config(), agentSide, TestAgent.module(counter));
    }

    private Set<Token> send(int count, String service) {
        Set<Token> tokens = new HashSet<>();
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Request request = request(service, null);
            requests.add(request);
            tokens.add(request.token());
        }
        mapperSide.hold();
        requests.forEach(request -> sender.request(SELF, request, true));
        mapperSide.release();
        return tokens;
    }

    @Test
    void itComesAnswersAndGoes() throws InterruptedException {
        try (Agent agent = agent()) {
            assertThat(next(Register.class).services()).isEqualTo(agent.services());
            awaitResults(send(500, "/counter/next"));
            assertThat(counter.calls).hasValue(500);
        }
        assertThat(next(UnRegister.class).identity()).isEqualTo(SELF);
        assertThat(broker.waiting(SELF.value())).isZero();
    }

    @Test
    void aPackInterruptedByALostConnectionIsTakenApartAndDoneOnce() throws InterruptedException {
        try (Agent agent = agent()) {
            Set<Token> tokens = send(10, "/counter/slow");
            counter.running.acquire(10);
            agentSide.disconnect();
            agentSide.reconnect();
            counter.go.countDown();
            awaitResults(2, tokens); // of the job, and of the copy that came again
            assertThat(counter.calls).hasValue(10);
            assertThat(agent.tally().takenApart()).isEqualTo(1);
        }
        assertThat(broker.waiting(SELF.value())).isZero();
    }

    @Test
    void aRequestThatIsCancelledWhileItRunsIsInterruptedAndSaysSo() throws InterruptedException {
        try (Agent agent = agent()) {
            Token token = send(1, "/counter/slow").iterator().next();
            counter.running.acquire();

            sender.tellControl(SELF, new Cancel(token, MAPPER));

            assertThat(next(Result.class).outcome())
                    .isEqualTo(new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "cancelled while it ran"));
            awaitResults(send(20, "/counter/next")); // the interruption hits nobody else
            assertThat(counter.calls).hasValue(20);
            assertThat(agent.tally().cancelled()).isEqualTo(1);
        }
    }

    @Test
    void requestsThatAreCancelledBeforeTheyBeginAreNotDone() throws InterruptedException {
        AgentConfig config = TestAgent.config().singleThreaded();
        try (Agent agent = Agent.start(config, agentSide, TestAgent.module(counter))) {
            Token first = send(1, "/counter/slow").iterator().next();
            counter.running.acquire();
            Set<Token> cancelled = send(3, "/counter/next");
            cancelled.forEach(token -> sender.tellControl(SELF, new Cancel(token, MAPPER)));
            Request early = request("/counter/next", null);
            sender.tellControl(SELF, new Cancel(early.token(), MAPPER));
            awaitTold();
            sender.request(SELF, early, false);
            cancelled.add(early.token());
            counter.go.countDown();

            while (!cancelled.isEmpty()) {
                Result result = next(Result.class);
                if (!result.token().equals(first)) {
                    assertThat(result.outcome())
                            .isEqualTo(
                                    new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "cancelled before it began"));
                    cancelled.remove(result.token());
                }
            }
            assertThat(counter.calls).hasValueLessThanOrEqualTo(1); // the one that ran
            assertThat(agent.tally().cancelled()).isEqualTo(4);
        }
        assertThat(broker.waiting(SELF.value())).isZero();
    }

    /** Waits until the agent has heard what it was told before: it answers what it is told last. */
    private void awaitTold() throws InterruptedException {
        heard.clear();
        sender.tellControl(SELF, new Advertise(SELF));
        assertThat(next(Register.class).identity()).isEqualTo(SELF);
    }

    @Test
    void anActorCanBeToldThatItsJobIsCancelled() throws InterruptedException {
        try (Agent agent = agent()) {
            Token token = send(1, "/counter/stubborn").iterator().next();
            counter.running.acquire();

            sender.tellControl(SELF, new Cancel(token, MAPPER));

            assertThat(next(Result.class).outcome()).isEqualTo(Outcome.success("stopped itself: true"));
            assertThat(agent.tally().cancelled()).isZero();
        }
    }

    @Test
    void itRegistersAgainAfterALostConnection() throws InterruptedException {
        try (Agent agent = agent()) {
            Register first = next(Register.class);
            agentSide.disconnect();
            agentSide.reconnect();
            assertThat(next(Register.class).vitals().boot())
                    .isEqualTo(first.vitals().boot());
            assertThat(agent.identity()).isEqualTo(SELF);
        }
    }

    @Test
    void whatCannotBeReadEndsInTheDeadLetterQueue() throws InterruptedException {
        broker.declare("dead-letter");
        try (Agent agent = agent()) {
            next(Register.class);
            BlockingQueue<String> reasons = new LinkedBlockingQueue<>();
            mapperSide.subscribe(new Source("dead-letter", Source.Lifetime.SHARED, List.of(), 10), delivery -> {
                Delivery.Part part = delivery.parts().get(0);
                reasons.add(String.valueOf(part.header("x-reason")));
                part.settle();
            });
            mapperSide.send(new Parcel(
                    Address.workOf(SELF), Bytes.of("[[["), "application/json", null, false, false, Map.of()));
            assertThat(reasons.poll(10, TimeUnit.SECONDS)).startsWith("unreadable: ");
            awaitResults(send(1, "/counter/next"));
            assertThat(agent.tally().deadLettered()).isEqualTo(1);
        }
    }
}
