package io.nanite.agent;

import static io.nanite.agent.TestAgent.MAPPER;
import static io.nanite.agent.TestAgent.SELF;
import static io.nanite.agent.TestAgent.push;
import static io.nanite.agent.TestAgent.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.HandTransport.HandPart;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Verdict;
import io.nanite.core.packet.Vitals;
import io.nanite.core.security.Authorizer;
import io.nanite.core.security.Decision;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of everything that can arrive. */
class AgentInboxTest {

    static final class Counter {

        final AtomicInteger calls = new AtomicInteger();
        final CountDownLatch running = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);

        @Expose
        int next() {
            return calls.incrementAndGet();
        }

        @Expose
        int slow() throws InterruptedException {
            running.countDown();
            go.await();
            return calls.incrementAndGet();
        }

        @Expose
        boolean again(ActorContext job) {
            return job.redelivered();
        }

        @Expose
        void fail() {
            throw new IllegalStateException("time " + calls.incrementAndGet());
        }
    }

    private final Counter counter = new Counter();

    private static AgentModule authorizing(Authorizer authorizer) {
        return new AgentModule() {
            @Override
            protected void configure() {
                authorizer(authorizer);
            }
        };
    }

    private static <D extends Deliverable> D expired(D work) {
        Metadata longAgo = Metadata.until(Instant.ofEpochSecond(1));
        @SuppressWarnings("unchecked") // a request stays a request
        D late = (D) work.with(longAgo);
        return late;
    }

    @Test
    void whatCannotBeReadGoesToTheDeadLettersWithTheReasonAndIsSettledThen() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Bytes garbage = Bytes.of("{\"json_class\":");
            HandPart part = test.transport
                    .deliver(SELF.value(), false, List.of(garbage))
                    .get(0);

            List<Event> events = test.transport.events().stream()
                    .filter(event -> event instanceof Event.Published || event instanceof Event.Settled)
                    .toList();
            Parcel letter = ((Event.Published) events.get(0)).parcel();
            assertThat(letter.to()).isEqualTo(Address.DEAD_LETTER);
            assertThat(letter.body()).isEqualTo(garbage);
            assertThat(letter.contentType()).isEqualTo("application/json");
            assertThat(letter.persistent()).isTrue();
            assertThat(letter.headers())
                    .containsEntry("x-source", SELF.value())
                    .containsEntry("x-agent", SELF.value())
                    .hasEntrySatisfying("x-reason", reason -> assertThat(reason).startsWith("unreadable: "));
            assertThat(events.get(1)).isEqualTo(new Event.Settled(part));
            assertThat(test.agent.tally().deadLettered()).isEqualTo(1);
        }
    }

    @Test
    void whatTheDeadLettersDoNotTakeIsNotSettledButComesAgain() {
        for (PublishReceipt verdict : List.of(
                new PublishReceipt.Returned("NO_ROUTE"),
                new PublishReceipt.Unknown(new BrokerUnavailable("broker: gone (expected: there)", null)))) {
            try (TestAgent test = TestAgent.hosting(counter)) {
                test.transport.verdict = parcel -> verdict;
                HandPart part = test.transport
                        .deliver(SELF.value(), false, List.of(Bytes.of("x")))
                        .get(0);
                test.transport.await(1, Event.Requeued.class, requeued -> requeued.part() == part);
                assertThat(test.transport.events(Event.Settled.class)).isEmpty();
            }
        }
    }

    @Test
    void aPacketThatIsNoWorkGoesToTheDeadLetters() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            HandPart part = test.deliver(new Ping(SELF, Status.of(1), Vitals.UNKNOWN));
            assertThat(test.transport
                            .events(Event.Published.class)
                            .get(0)
                            .parcel()
                            .headers())
                    .containsEntry("x-reason", "a Ping is no work");
            assertThat(test.transport.events(Event.Settled.class)).containsExactly(new Event.Settled(part));
        }
    }

    @Test
    void aRequestThatNobodyWaitsForGoesToTheDeadLetters() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Request to = request("/counter/next", null);
            test.deliver(new Request(
                    to.service(),
                    to.payload(),
                    Identity.agent("bob"),
                    to.token(),
                    null,
                    to.selector(),
                    SELF,
                    false,
                    to.tags(),
                    false,
                    Metadata.NONE));
            Parcel letter = test.transport.events(Event.Published.class).get(0).parcel();
            assertThat(letter.headers()).containsEntry("x-reason", "request without reply_to");
            assertThat(letter.id()).isEqualTo(to.token().value());
            assertThat(counter.calls).hasValue(0);
        }
    }

    @Test
    void anAdvertiseIsAnsweredWhicheverWayItComesIfItMeansThisAgent() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            test.transport.await(1, Event.Sent.class, HandTransport.to(Address.REGISTRATION));
            test.control(new Advertise(null));
            test.control(new Advertise(SELF));
            test.control(new Advertise(Identity.agent("bob")));
            HandPart part = test.deliver(new Advertise(SELF));
            test.transport.await(4, Event.Sent.class, HandTransport.to(Address.REGISTRATION));
            assertThat(test.transport.events(Event.Settled.class)).contains(new Event.Settled(part));
            assertThat(test.transport.events(Event.Sent.class)).hasSize(4);
        }
    }

    @Test
    void whatTheAuthorizerDeniesIsRefusedWithItsReason() {
        Authorizer nobody = packet -> Decision.denied("not on Sundays");
        try (TestAgent test = TestAgent.started(TestAgent.config(), TestAgent.module(counter), authorizing(nobody))) {
            Outcome outcome = test.ask("/counter/next", null);
            assertThat(outcome).isEqualTo(new Outcome.Failure(Verdict.REFUSED, "Refused", "not on Sundays"));
            test.transport.await(1, Event.Settled.class);

            test.deliver(push("/counter/next", null));
            Parcel letter = test.transport.events(Event.Published.class).get(0).parcel();
            assertThat(letter.headers()).containsEntry("x-reason", "Refused: not on Sundays");

            int registered = test.transport
                    .await(1, Event.Sent.class, HandTransport.to(Address.REGISTRATION))
                    .size();
            test.control(new Advertise(SELF));
            assertThat(test.transport.events(Event.Sent.class)).hasSize(registered);
            assertThat(counter.calls).hasValue(0);
            assertThat(test.agent.tally().refused()).isEqualTo(2);
        }
    }

    @Test
    void anAuthorizerThatThrowsDenies() {
        Authorizer broken = packet -> {
            throw new IllegalStateException("no policy");
        };
        try (TestAgent test = TestAgent.started(TestAgent.config(), TestAgent.module(counter), authorizing(broken))) {
            Outcome.Failure failure = test.failure("/counter/next", null);
            assertThat(failure.verdict()).isEqualTo(Verdict.REFUSED);
            assertThat(failure.message()).doesNotContain("no policy");
            assertThat(counter.calls).hasValue(0);
        }
    }

    @Test
    void whatIsPastItsDeadlineIsNotStarted() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Result result = test.ask(expired(request("/counter/next", null)));
            assertThat(result.outcome().verdict()).isEqualTo(Verdict.TIMEOUT);
            assertThat(((Outcome.Failure) result.outcome()).kind()).isEqualTo("Expired");

            test.deliver(expired(push("/counter/next", null)));
            Event.Published letter =
                    test.transport.await(1, Event.Published.class).get(0);
            assertThat(letter.parcel().headers().get("x-reason")).startsWith("Expired: ");
            assertThat(counter.calls).hasValue(0);
            assertThat(test.agent.tally().expired()).isEqualTo(2);
        }
    }

    @Test
    void aHundredDuplicatesAreDoneOnceAndAllAnsweredAlike() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Request request = request("/counter/next", null);
            for (int i = 0; i < 100; i++) {
                test.deliver(request);
            }
            List<Result> results = test.results(request.token(), 100);
            test.transport.await(100, Event.Settled.class);
            assertThat(counter.calls).hasValue(1);
            assertThat(results).hasSize(100).containsOnly(results.get(0));
            assertThat(test.agent.tally().repeated()).isEqualTo(99);
        }
    }

    @Test
    void aDuplicateOfARunningJobWaitsAndSharesItsResult() throws InterruptedException {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Request request = request("/counter/slow", null);
            HandPart first = test.deliver(request);
            counter.running.await();
            HandPart second = test.deliver(request);
            assertThat(test.agent.busy()).isEqualTo(1);
            assertThat(test.transport.events(Event.Settled.class)).isEmpty();

            counter.go.countDown();
            List<Result> results = test.results(request.token(), 2);
            assertThat(results).containsOnly(results.get(0));
            List<Event.Settled> settled = test.transport.await(2, Event.Settled.class);
            assertThat(settled).containsExactly(new Event.Settled(first), new Event.Settled(second));
            assertThat(counter.calls).hasValue(1);
        }
    }

    @Test
    void aFailureIsRememberedLikeAnyOtherResult() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Request request = request("/counter/fail", null);
            test.ask(request);
            test.deliver(request);
            assertThat(test.results(request.token(), 2))
                    .extracting(Result::outcome)
                    .containsOnly(new Outcome.Failure(Verdict.FAILED, "IllegalStateException", "time 1"));
        }
    }

    @Test
    void aPushThatComesAgainIsSettledAndNotDoneAgain() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Deliverable push = push("/counter/next", null);
            test.deliver(push);
            test.deliver(push);
            test.transport.await(2, Event.Settled.class);
            assertThat(counter.calls).hasValue(1);
            assertThat(test.transport.events(Event.Published.class)).isEmpty();
        }
    }

    @Test
    void aPushThatFailsIsSettledAndOneThatNobodyCouldDoIsADeadLetter() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            test.deliver(push("/counter/fail", null));
            test.transport.await(1, Event.Settled.class);
            assertThat(test.transport.events(Event.Published.class)).isEmpty();

            test.deliver(push("/counter/nobody", null));
            test.transport.await(1, Event.Published.class);
            test.transport.await(2, Event.Settled.class);
        }
    }

    @Test
    void anAgentThatShallRememberNothingDoesItTwice() {
        AgentConfig config = TestAgent.config().withRemembered(0).singleThreaded();
        try (TestAgent test = TestAgent.started(config, TestAgent.module(counter))) {
            Request request = request("/counter/next", null);
            test.ask(request);
            test.ask("/counter/nobody", null); // with one slot, the first has ended altogether now
            test.deliver(request);
            test.results(request.token(), 2);
            assertThat(counter.calls).hasValue(2);
        }
    }

    @Test
    void aPackThatComesAgainIsTakenApartAndNotRun() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            List<Bytes> bodies = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                bodies.add(test.written(request("/counter/next", i)));
            }
            List<HandPart> parts = test.transport.deliver(SELF.value(), true, bodies);

            List<Event.Published> published = test.transport.events(Event.Published.class);
            assertThat(published).extracting(event -> event.parcel().body()).containsExactlyElementsOf(bodies);
            assertThat(published).allSatisfy(event -> {
                assertThat(event.parcel().to()).isEqualTo(Address.workOf(SELF));
                assertThat(event.parcel().packable()).isFalse();
                assertThat(event.parcel().persistent()).isTrue();
                assertThat(event.parcel().headers()).containsEntry("x-redelivered", "true");
            });
            assertThat(test.transport.events(Event.Settled.class))
                    .containsExactlyElementsOf(
                            parts.stream().map(Event.Settled::new).toList());
            assertThat(counter.calls).hasValue(0);
            assertThat(test.agent.tally().takenApart()).isEqualTo(1);
        }
    }

    @Test
    void aPacketThatWasTakenOutOfAPackKnowsThatItCameAgain() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Request request = request("/counter/again", null);
            Map<String, String> headers = Map.of("x-redelivered", "true");
            test.transport.deliver(SELF.value(), false, List.of(test.written(request)), headers);
            assertThat(test.result(request.token()).outcome()).isEqualTo(Outcome.success(true));
            assertThat(test.call("/counter/again", null)).isEqualTo(false);
        }
    }

    @Test
    void aPackThatCannotBeTakenApartComesAgain() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            test.transport.verdict = parcel -> new PublishReceipt.Returned("NO_ROUTE");
            test.transport.deliver(
                    SELF.value(),
                    true,
                    List.of(test.written(request("/counter/next", 1)), test.written(request("/counter/next", 2))));
            test.transport.await(2, Event.Requeued.class);
            assertThat(test.transport.events(Event.Settled.class)).isEmpty();
        }
    }

    @Test
    void oneUnreadablePacketOfAPackDoesNotHoldTheOthersUp() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            Request good = request("/counter/next", null);
            test.transport.deliver(SELF.value(), false, List.of(Bytes.of("x"), test.written(good)));
            assertThat(test.result(good.token()).outcome().ok()).isTrue();
            test.transport.await(2, Event.Settled.class);
            assertThat(test.transport.events(Event.Published.class)).hasSize(1);
        }
    }

    @Test
    void answersGoToTheMapperThatWaits() {
        try (TestAgent test = TestAgent.hosting(counter)) {
            test.ask("/counter/next", null);
            Event.Replied replied = test.transport.await(1, Event.Replied.class).get(0);
            assertThat(replied.parcel().to()).isEqualTo(Address.repliesTo(MAPPER));
            assertThat(replied.parcel().persistent()).isFalse();
        }
    }
}
