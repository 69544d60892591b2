package io.nanite.agent;

import static io.nanite.agent.TestAgent.push;
import static io.nanite.agent.TestAgent.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.AgentConfig.Ack;
import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.HandTransport.HandPart;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Request;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import org.junit.jupiter.api.Test;

/** Jobs that are settled before they begin, so that none is done twice. */
class EarlyAckTest {

    static final class Chore {

        final Semaphore begun = new Semaphore(0);
        final CountDownLatch go = new CountDownLatch(1);

        @Expose
        String wait(int payload) throws InterruptedException {
            begun.release();
            go.await();
            return "done " + payload;
        }
    }

    private final Chore chore = new Chore();

    private TestAgent agent(Ack ack) {
        AgentConfig config =
                TestAgent.config().singleThreaded().withGrace(Duration.ZERO).withAck(ack);
        return TestAgent.started(config, TestAgent.module(chore));
    }

    private static List<Event.Settled> settled(TestAgent test) {
        return test.transport.events(Event.Settled.class);
    }

    @Test
    void aJobIsSettledBeforeItBeginsAndAnsweredWhenItIsDone() throws InterruptedException {
        try (TestAgent test = agent(Ack.EARLY)) {
            Request request = request("/chore/wait", 1);
            HandPart part = test.deliver(request);
            chore.begun.acquire();
            assertThat(settled(test)).containsExactly(new Event.Settled(part));

            chore.go.countDown();
            assertThat(test.result(request.token()).outcome()).isEqualTo(Outcome.success("done 1"));
            assertThat(settled(test)).hasSize(1);
        }
    }

    @Test
    void withoutItAJobIsSettledBehindItsAnswer() throws InterruptedException {
        try (TestAgent test = agent(Ack.LATE)) {
            HandPart part = test.deliver(request("/chore/wait", 1));
            chore.begun.acquire();
            assertThat(settled(test)).isEmpty();

            chore.go.countDown();
            test.transport.await(1, Event.Settled.class);
            List<Event> events = test.transport.events();
            int answered =
                    events.indexOf(test.transport.events(Event.Replied.class).get(0));
            assertThat(events.indexOf(new Event.Settled(part))).isGreaterThan(answered);
        }
    }

    @Test
    void aPackIsSettledWholeWhenTheFirstOfItBeginsAndNotBefore() throws InterruptedException {
        try (TestAgent test = agent(Ack.EARLY)) {
            List<Request> requests = List.of(request("/chore/wait", 1), request("/chore/wait", 2));
            List<HandPart> first = test.deliverPack(requests);
            chore.begun.acquire();
            test.deliverPack(List.of(request("/chore/wait", 3), request("/chore/wait", 4)));

            assertThat(settled(test))
                    .containsExactlyElementsOf(
                            first.stream().map(Event.Settled::new).toList());
            chore.go.countDown();
            for (Request request : requests) {
                assertThat(test.result(request.token()).outcome().ok()).isTrue();
            }
            test.transport.await(4, Event.Settled.class);
        }
    }

    @Test
    void whatCannotBeDoneIsAnsweredThoughItsNeighbourHadItSettled() throws InterruptedException {
        try (TestAgent test = agent(Ack.EARLY)) {
            Request nobodys = request("/chore/none", 2);
            test.deliverPack(List.of(request("/chore/wait", 1), nobodys));
            chore.begun.acquire();
            chore.go.countDown();
            assertThat(((Outcome.Failure) test.result(nobodys.token()).outcome()).kind())
                    .isEqualTo("NoSuchService");
        }
    }

    @Test
    void whatHasNotBegunWhenTheAgentStopsIsGivenBack() throws InterruptedException {
        try (TestAgent test = agent(Ack.EARLY)) {
            test.deliver(push("/chore/wait", 1));
            chore.begun.acquire();
            HandPart waiting = test.deliver(push("/chore/wait", 2));
            test.agent.quiet();
            assertThat(test.transport.events(Event.Requeued.class)).containsExactly(new Event.Requeued(waiting));
        }
    }

    @Test
    void aJobThatIsInterruptedHasFailedBecauseNobodyElseGetsIt() throws InterruptedException {
        TestAgent test = agent(Ack.EARLY);
        Request request = request("/chore/wait", 1);
        test.deliver(request);
        chore.begun.acquire();
        test.close();
        assertThat(((Outcome.Failure) test.result(request.token()).outcome()).kind())
                .isEqualTo("InterruptedException");
        assertThat(test.transport.events(Event.Requeued.class)).isEmpty();
    }
}
