package io.nanite.agent;

import static io.nanite.agent.TestAgent.SELF;
import static io.nanite.agent.TestAgent.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.HandTransport.HandPart;
import io.nanite.agent.actor.Expose;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerUnavailable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** The life of an agent, from its making to its end. */
class AgentTest {

    static final class Chore {

        final Semaphore running = new Semaphore(0);
        final CountDownLatch go = new CountDownLatch(1);

        @Expose
        String wait(int payload) throws InterruptedException {
            running.release();
            go.await();
            return "done " + payload;
        }

        @Expose
        String stubborn() {
            running.release();
            boolean interrupted = false;
            while (true) {
                try {
                    go.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                    go.countDown();
                }
            }
            return "interrupted " + interrupted;
        }
    }

    private final Chore work = new Chore();

    private static AgentModule probing(StatusProbe probe) {
        return new AgentModule() {
            @Override
            protected void configure() {
                statusProbe(probe);
            }
        };
    }

    private static List<Register> registers(TestAgent test, int count) {
        return test
                .transport
                .await(count, Event.Sent.class, sent -> test.read(sent.parcel()) instanceof Register)
                .stream()
                .map(sent -> (Register) test.read(sent.parcel()))
                .toList();
    }

    private static List<Ping> pings(TestAgent test, int count) {
        return test.transport.await(count, Event.Sent.class, sent -> test.read(sent.parcel()) instanceof Ping).stream()
                .map(sent -> (Ping) test.read(sent.parcel()))
                .toList();
    }

    @Test
    void nothingHappensBeforeTheStart() {
        try (TestAgent test = TestAgent.created(TestAgent.config(), TestAgent.module(work))) {
            assertThat(test.transport.events()).isEmpty();
            assertThat(test.agent.services())
                    .containsExactlyInAnyOrder(new Service("/chore/wait"), new Service("/chore/stubborn"));
        }
    }

    @Test
    void itSaysWhatItRunsForWhomAndHowLong() throws InterruptedException {
        try (TestAgent test = TestAgent.started(TestAgent.config().withSlots(1), TestAgent.module(work))) {
            assertThat(test.agent.running()).isEmpty();
            Request first = request("/chore/wait", 1);
            Request second = request("/chore/wait", 2);
            test.deliver(first);
            work.running.acquire();
            test.deliver(second);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(test.agent.running()).hasSize(2));
            RunningJob runs = test.agent.running().get(0);
            assertThat(runs).isEqualTo(new RunningJob(first.token(), first.service(), first.from(), 1, runs.runs()));
            assertThat(runs.runs()).hasValueSatisfying(time -> assertThat(time).isPositive());
            assertThat(test.agent.running().get(1))
                    .isEqualTo(new RunningJob(second.token(), second.service(), second.from(), 1, Optional.empty()));
            work.go.countDown();
            test.transport.await(2, Event.Settled.class);
            Awaitility.await()
                    .untilAsserted(() -> assertThat(test.agent.running()).isEmpty());
        }
    }

    @Test
    void itWaitsForItsQueueWhileAMapperSavesWhatIsInIt() {
        try (TestAgent test = TestAgent.created(TestAgent.config(), TestAgent.module(work))) {
            test.transport.inUse.set(2);
            test.agent.start();
            assertThat(test.transport.events(Event.Subscribed.class))
                    .extracting(Event.Subscribed::queue)
                    .containsExactly("nanite-fred.control", "nanite-fred");
            registers(test, 1);
        }
    }

    @Test
    void whileNotAllOfTheLinkStandsItDoesNotSayThatItIsHere() {
        try (TestAgent test = TestAgent.hosting(work)) {
            test.transport.disconnected();
            // Its control queue is there again, its work queue is not.
            test.control(new Advertise(null));
            assertThat(registers(test, 1)).hasSize(1);

            test.transport.reconnected();
            assertThat(registers(test, 2)).hasSize(2);
        }
    }

    @Test
    void itListensBeforeItRegisters() {
        AgentConfig config = TestAgent.config().withSlots(7).withTags(List.of("eu", "ssd"));
        try (TestAgent test = TestAgent.started(config, TestAgent.module(work), probing(() -> Status.of(0.25)))) {
            Register register = registers(test, 1).get(0);
            assertThat(test.transport.events().subList(0, 3))
                    .containsExactly(
                            new Event.Started(),
                            new Event.Subscribed("nanite-fred.control", 0),
                            new Event.Subscribed("nanite-fred", 7));
            assertThat(register.identity()).isEqualTo(SELF);
            assertThat(register.services()).isEqualTo(test.agent.services());
            assertThat(register.tags()).containsExactly("eu", "ssd");
            assertThat(register.status().load()).isEqualTo(0.25);
            assertThat(register.vitals().slots()).isEqualTo(7);
            assertThat(register.vitals().busy()).isZero();
            assertThat(register.vitals().boot()).matches("[0-9a-f]{32}");
            assertThat(register.vitals().version()).matches("[0-9].*");
            assertThat(register.vitals().packs()).isTrue();
        }
    }

    @Test
    void startingTwiceDoesNothingAndStartingAfterTheEndIsRefused() {
        TestAgent test = TestAgent.started(TestAgent.config(), TestAgent.module(work));
        test.agent.start();
        assertThat(test.transport.events(Event.Started.class)).hasSize(1);
        test.close();
        assertThatThrownBy(test.agent::start)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("nanite-fred")
                .hasMessageContaining("CLOSED");
    }

    @Test
    void anAgentThatCannotConnectIsClosed() throws InterruptedException {
        try (TestAgent test = TestAgent.created(TestAgent.config(), TestAgent.module(work))) {
            test.transport.refuses = true;
            assertThatThrownBy(test.agent::start).isInstanceOf(BrokerUnavailable.class);
            assertThat(test.agent.awaitClose(Duration.ZERO)).isTrue();
            assertThat(test.transport.events()).containsExactly(new Event.Closed());
        }
    }

    @Test
    void itRegistersAgainAfterAReconnectionAndWithANewEpochAfterARebuiltQueue() {
        try (TestAgent test = TestAgent.hosting(work)) {
            Register first = registers(test, 1).get(0);
            test.transport.reconnected();
            assertThat(registers(test, 2).get(1).vitals().epoch())
                    .isEqualTo(first.vitals().epoch());
            test.transport.resubscribed(SELF.value(), 4);
            Register rebuilt = registers(test, 3).get(2);
            assertThat(rebuilt.vitals().epoch()).isEqualTo(4);
            assertThat(rebuilt.vitals().boot()).isEqualTo(first.vitals().boot());
        }
    }

    @Test
    void twoLivesHaveTwoBootNames() {
        List<String> boots = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            try (TestAgent test = TestAgent.hosting(work)) {
                boots.add(registers(test, 1).get(0).vitals().boot());
            }
        }
        assertThat(boots).doesNotHaveDuplicates();
    }

    @Test
    void itPingsWithWhatTheProbeSays() {
        AgentConfig config = TestAgent.config().withPingTime(Duration.ofMillis(100));
        AtomicInteger load = new AtomicInteger();
        try (TestAgent test =
                TestAgent.started(config, TestAgent.module(work), probing(() -> Status.of(load.incrementAndGet())))) {
            for (double next = 2; next < 5; next++) { // 1 went into the register
                double expected = next;
                test.transport.await(
                        1,
                        Event.Sent.class,
                        sent -> test.read(sent.parcel()) instanceof Ping ping
                                && ping.status().load() == expected);
            }
            assertThat(test.transport.events(Event.Sent.class))
                    .anyMatch(sent -> sent.parcel().to().equals(Address.HEARTBEAT));
        }
    }

    @Test
    void aProbeThatThrowsOrHangsDoesNotSilenceThePings() {
        AgentConfig config = TestAgent.config().withPingTime(Duration.ofMillis(100));
        AtomicInteger calls = new AtomicInteger();
        CountDownLatch never = new CountDownLatch(1);
        StatusProbe probe = () -> switch (calls.incrementAndGet()) {
            case 1 -> Status.of(0.5);
            case 2 -> throw new IllegalStateException("no");
            case 3 -> throw new AssertionError("worse");
            case 4 -> throw new StackOverflowError();
            default -> {
                never.await();
                yield Status.of(9);
            }
        };
        try (TestAgent test = TestAgent.started(config, TestAgent.module(work), probing(probe))) {
            assertThat(pings(test, 10))
                    .hasSizeGreaterThanOrEqualTo(10)
                    .extracting(ping -> ping.status().load())
                    .containsOnly(0.5);
            assertThat(calls).hasValue(5);
        }
    }

    @Test
    void withoutAMeasurementTheTakenSlotsAreTheStatus() throws InterruptedException {
        AgentConfig config = TestAgent.config().withSlots(4).withPingTime(Duration.ofMillis(100));
        try (TestAgent test = TestAgent.started(config, TestAgent.module(work), probing(StatusProbe.takenSlots()))) {
            assertThat(registers(test, 1).get(0).status().load()).isZero();
            test.deliver(request("/chore/wait", 1));
            work.running.acquire();
            test.transport.await(
                    1,
                    Event.Sent.class,
                    sent -> test.read(sent.parcel()) instanceof Ping ping
                            && ping.status().load() == 0.25
                            && ping.vitals().busy() == 1);
            work.go.countDown();
        }
    }

    @Test
    void quietGivesBackWhatHasNotStartedAndLetsTheRestFinish() throws InterruptedException {
        AgentConfig config = TestAgent.config().singleThreaded();
        try (TestAgent test = TestAgent.started(config, TestAgent.module(work))) {
            registers(test, 1);
            Request running = request("/chore/wait", 1);
            test.deliver(running);
            work.running.acquire();
            HandPart waiting = test.deliver(request("/chore/wait", 2));

            test.agent.quiet();
            test.agent.quiet();
            HandPart late = test.deliver(request("/chore/wait", 3));
            test.control(new Advertise(null));

            assertThat(test.transport.events(Event.Cancelled.class))
                    .containsExactly(new Event.Cancelled("nanite-fred"));
            assertThat(test.transport.events(Event.Requeued.class))
                    .containsExactly(new Event.Requeued(waiting), new Event.Requeued(late));
            List<Event.Sent> sent = test.transport.events(Event.Sent.class);
            assertThat(test.read(sent.get(sent.size() - 1).parcel())).isEqualTo(new UnRegister(SELF));

            work.go.countDown();
            Result result = test.result(running.token());
            assertThat(result.outcome().ok()).isTrue();
        }
    }

    @Test
    void closeWaitsForRunningJobsBeforeItDisconnects() throws InterruptedException {
        TestAgent test = TestAgent.hosting(work);
        HandPart part = test.deliver(request("/chore/wait", 1));
        work.running.acquire();
        Thread closing = new Thread(test::close);
        closing.start();
        test.transport.await(1, Event.Cancelled.class);
        work.go.countDown();
        test.agent.awaitClose();
        closing.join();
        List<Event> events = test.transport.events();
        assertThat(events.indexOf(new Event.Settled(part))).isPositive().isLessThan(events.indexOf(new Event.Closed()));
        test.close();
        assertThat(test.transport.events(Event.Closed.class)).hasSize(1);
    }

    @Test
    void aJobThatOutlastsTheGraceIsInterruptedAndGivenBack() throws InterruptedException {
        AgentConfig config = TestAgent.config().withGrace(Duration.ZERO);
        TestAgent test = TestAgent.started(config, TestAgent.module(work));
        HandPart part = test.deliver(request("/chore/wait", 1));
        work.running.acquire();
        test.close();
        assertThat(test.transport.events(Event.Requeued.class)).containsExactly(new Event.Requeued(part));
        assertThat(test.transport.events(Event.Replied.class)).isEmpty();
        assertThat(test.transport.events(Event.Settled.class)).isEmpty();
    }

    @Test
    void whatItHasTakenAndNotFinishedIsNamedByTokenEachOnce() throws InterruptedException {
        try (TestAgent test = TestAgent.hosting(work)) {
            Request running = request("/chore/wait", 1);
            test.deliver(running);
            test.deliver(running);
            work.running.acquire();
            assertThat(test.agent.unfinished().tokens()).containsExactly(running.token());
            assertThat(test.agent.unfinished()).hasToString("1 job: " + running.token());

            work.go.countDown();
            test.results(running.token(), 2);
            Awaitility.await().until(() -> test.agent.unfinished().tokens().isEmpty());
            assertThat(test.agent.unfinished()).hasToString("0 jobs");
        }
    }

    @Test
    void ofVeryManyUnfinishedJobsTheFirstHundredAreNamed() {
        Unfinished many = new Unfinished(
                IntStream.range(0, 1_000).mapToObj(i -> new Token("t" + i)).toList());
        assertThat(many.toString())
                .startsWith("1000 jobs: t0, t1, ")
                .endsWith(", t99 and 900 more")
                .doesNotContain("t100");
    }

    @Test
    void aJobThatTakesItsInterruptionInGoodPartStillAnswers() throws InterruptedException {
        AgentConfig config = TestAgent.config().withGrace(Duration.ZERO);
        TestAgent test = TestAgent.started(config, TestAgent.module(work));
        Request request = request("/chore/stubborn", null);
        test.deliver(request);
        work.running.acquire();
        test.close();
        assertThat(test.result(request.token()).outcome().ok()).isTrue();
        assertThat(test.transport.events(Event.Closed.class)).hasSize(1);
    }

    @Test
    void closingBeforeTheStartDisconnectsToo() {
        TestAgent test = TestAgent.created(TestAgent.config());
        test.close();
        assertThat(test.transport.events()).containsExactly(new Event.Closed());
    }
}
