package io.nanite.agent;

import static io.nanite.agent.TestAgent.SELF;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.multibindings.OptionalBinder;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.Bytes;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What an agent does with the marks that an earlier life left, in time that the test moves. */
class ForgottenAttemptsTest {

    private static final Source ATTEMPTS = Source.attempts(SELF, 10);

    /** Says how often its job was begun. */
    static final class Counting {

        final BlockingQueue<Integer> begun = new LinkedBlockingQueue<>();

        @Expose
        void count(ActorContext job) {
            begun.add(job.attempt());
        }
    }

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final InMemoryTransport mapperSide = broker.transport("mapper");
    private final BlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();
    private final Counting actor = new Counting();
    private final List<Agent> lives = new ArrayList<>();

    @AfterEach
    void close() {
        lives.forEach(Agent::close);
        mapperSide.close();
        assertThat(loop.failures()).isEmpty();
    }

    /** An earlier life began this job for the second time, and died. */
    private void died(Token during) {
        InMemoryTransport before = broker.transport("before");
        before.start(new TransportListener() {});
        before.subscribe(ATTEMPTS, delivery -> {});
        before.publish(new Parcel(
                        new Address.Queue(ATTEMPTS.queue()),
                        Bytes.of(during.value()),
                        "text/plain",
                        null,
                        true,
                        false,
                        Map.of("x-attempt", "2")))
                .join();
        before.disconnect();
    }

    private void live() {
        lives.add(Agent.start(
                AgentConfig.of(SELF),
                broker.transport("agent"),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(actor);
                    }
                },
                binder -> OptionalBinder.newOptionalBinder(binder, EventLoop.class)
                        .setBinding()
                        .toInstance(loop)));
        loop.run();
    }

    @Test
    void marksOfJobsThatNeverComeAgainAreClearedAwayInTime() {
        died(new Token("somebody-else-has-it"));
        live();
        assertThat(broker.waiting(ATTEMPTS.queue())).isEqualTo(1); // the job may come yet

        loop.advance(Agent.TIDYING);

        assertThat(broker.queues()).doesNotContain(ATTEMPTS.queue()).contains(SELF.value());
    }

    @Test
    void whereNothingWasLeftNothingIsMade() {
        live();
        loop.advance(Agent.TIDYING.plus(Duration.ofMinutes(1)));
        assertThat(broker.queues()).doesNotContain(ATTEMPTS.queue());
    }

    @Test
    void aJobThatComesAgainInTimeIsCountedByItsMark() throws Exception {
        mapperSide.start(new TransportListener() {});
        mapperSide.subscribe(Source.replies(TestAgent.MAPPER), delivery -> delivery.parts()
                .forEach(part -> hear(new JsonSerializer().read(part.body(), part.contentType()))));
        Request request = TestAgent.request("/counting/count", null);
        InMemoryTransport before = broker.transport("first");
        before.start(new TransportListener() {});
        before.subscribe(Source.work(SELF, 10), delivery -> {});
        new PacketSender(new JsonSerializer(), mapperSide).request(SELF, request, false);
        before.disconnect();
        died(request.token());

        live();

        Integer attempt = null;
        for (int i = 0; i < 100 && attempt == null; i++) {
            loop.run();
            attempt = actor.begun.poll(100, TimeUnit.MILLISECONDS);
        }
        assertThat(attempt).isEqualTo(3);
        assertThat(outcomes.poll(10, TimeUnit.SECONDS)).isNotNull();
    }

    private void hear(Packet packet) {
        if (packet instanceof Result result) {
            outcomes.add(result.outcome());
        }
    }
}
