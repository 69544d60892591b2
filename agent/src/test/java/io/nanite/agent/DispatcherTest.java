package io.nanite.agent;

import static io.nanite.agent.TestAgent.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Who runs when, and never more than the slots. */
class DispatcherTest {

    static final class Gate {

        final AtomicInteger inside = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        final Semaphore entered = new Semaphore(0);
        final Semaphore passes = new Semaphore(0);
        final CountDownLatch stuck = new CountDownLatch(1);
        final Set<String> threads = ConcurrentHashMap.newKeySet();

        @Expose
        void pass() throws InterruptedException {
            threads.add(Thread.currentThread().getName());
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            entered.release();
            passes.acquire();
            inside.decrementAndGet();
        }

        @Expose
        int quick(int payload) {
            threads.add(Thread.currentThread().getName());
            return payload;
        }

        @Expose
        void stuck() throws InterruptedException {
            entered.release();
            stuck.await();
        }
    }

    private final Gate gate = new Gate();

    private static List<Request> requests(int count, String service) {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            requests.add(request(service, i));
        }
        return requests;
    }

    @Test
    void neverMoreJobsRunThanThereAreSlots() throws InterruptedException {
        AgentConfig config = TestAgent.config().withSlots(3);
        try (TestAgent test = TestAgent.started(config, TestAgent.module(gate))) {
            requests(20, "/gate/pass").forEach(test::deliver);
            test.deliverPack(requests(20, "/gate/pass"));
            gate.entered.acquire(3);
            assertThat(test.agent.busy()).isEqualTo(3);
            gate.passes.release(40);
            test.transport.await(40, Event.Settled.class);
            assertThat(gate.most).hasValue(3);
        }
    }

    @Test
    void allSlotsAreUsedEvenByOnePackOfSlowJobs() throws InterruptedException {
        AgentConfig config = TestAgent.config().withSlots(12);
        try (TestAgent test = TestAgent.started(config, TestAgent.module(gate))) {
            test.deliverPack(requests(64, "/gate/pass"));
            gate.entered.acquire(12);
            assertThat(gate.inside).hasValue(12);
            gate.passes.release(64);
            test.transport.await(64, Event.Settled.class);
            assertThat(gate.most).hasValue(12);
        }
    }

    @Test
    void aSlowJobInAPackDoesNotHoldItsNeighbours() throws InterruptedException {
        try (TestAgent test = TestAgent.hosting(gate)) {
            List<Request> pack = new ArrayList<>();
            pack.addAll(requests(1, "/gate/stuck"));
            pack.addAll(requests(30, "/gate/quick"));
            pack.addAll(requests(3, "/gate/stuck"));
            pack.addAll(requests(30, "/gate/quick"));
            test.deliverPack(pack);
            gate.entered.acquire(4);
            assertThat(test.transport.await(60, Event.Settled.class)).hasSize(60);
            gate.stuck.countDown();
            test.transport.await(64, Event.Settled.class);
        }
    }

    @Test
    void aSingleSlotRunsOneJobAfterTheOther() {
        AgentConfig config = TestAgent.config().singleThreaded();
        try (TestAgent test = TestAgent.started(config, TestAgent.module(gate))) {
            gate.passes.release(100);
            requests(50, "/gate/pass").forEach(test::deliver);
            test.deliverPack(requests(50, "/gate/pass"));
            test.transport.await(100, Event.Settled.class);
            assertThat(gate.most).hasValue(1);
        }
    }

    @Test
    void platformThreadsAreNeverMoreThanTheSlotsAndAreUsedAgain() {
        AgentConfig config = TestAgent.config().withSlots(2).withVirtualThreads(false);
        try (TestAgent test = TestAgent.started(config, TestAgent.module(gate))) {
            requests(200, "/gate/quick").forEach(test::deliver);
            test.transport.await(200, Event.Settled.class);
            assertThat(gate.threads).isSubsetOf("nanite-fred-worker-1", "nanite-fred-worker-2");
        }
    }

    @Test
    void eachPacketOfAPackIsAnsweredAndSettled() {
        try (TestAgent test = TestAgent.hosting(gate)) {
            List<Request> pack = requests(64, "/gate/quick");
            List<HandTransport.HandPart> parts = test.deliverPack(pack);
            test.transport.await(64, Event.Settled.class);
            List<Event> events = test.transport.events().stream()
                    .filter(event -> event instanceof Event.Replied || event instanceof Event.Settled)
                    .toList();
            for (int i = 0; i < 64; i++) {
                HandTransport.HandPart part = parts.get(i);
                List<Event> ofPart = events.stream()
                        .filter(event -> event.equals(new Event.Settled(part))
                                || (event instanceof Event.Replied replied && replied.part() == part))
                        .toList();
                assertThat(ofPart).hasSize(2);
                Result result = (Result) test.read(((Event.Replied) ofPart.get(0)).parcel());
                assertThat(result.token()).isEqualTo(pack.get(i).token());
                assertThat(ofPart.get(1)).isEqualTo(new Event.Settled(part));
            }
        }
    }

    @Test
    void answersOfQuickJobsMayBePackedIfBothSidesLikeIt() throws InterruptedException {
        try (TestAgent test = TestAgent.hosting(gate)) {
            test.call("/gate/quick", 1); // the first call of a method is seldom quick
            for (int i = 0; i < 200; i++) {
                test.call("/gate/quick", i);
            }
            assertThat(test.transport.events(Event.Replied.class))
                    .anyMatch(replied -> replied.parcel().packable())
                    .allSatisfy(replied -> {
                        long micros = ((Result) test.read(replied.parcel())).micros();
                        assertThat(replied.parcel().packable()).isEqualTo(micros < 1_000);
                    });
        }
        AgentConfig alone = TestAgent.config().withPacks(false);
        try (TestAgent test = TestAgent.started(alone, TestAgent.module(gate))) {
            test.call("/gate/quick", 1);
            test.call("/gate/quick", 2);
            assertThat(test.transport.events(Event.Replied.class))
                    .noneMatch(replied -> replied.parcel().packable());
        }
    }
}
