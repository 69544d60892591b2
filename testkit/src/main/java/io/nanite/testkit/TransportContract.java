package io.nanite.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.NoSuchQueue;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/**
 * What every transport promises. Extend it in a test of your transport and give it transports that meet at one broker.
 *
 * <p>Each test uses queues with names of its own, and the exchanges of {@link Address}. Queues that outlive their readers
 * stay at the broker: give a broker that a test run may throw away.
 */
public abstract class TransportContract {

    private static final String TEXT = "text/plain";

    private final String run = UUID.randomUUID().toString().substring(0, 8);
    private final List<Transport> started = new ArrayList<>();
    private int queues;

    /** A transport for this login that was not started yet; the contract starts and closes it. */
    protected abstract Transport connect(String user);

    /** Makes the broker take nothing from anybody, as under a memory alarm. Where it cannot be made to, the tests are skipped. */
    protected void block() {
        Assumptions.abort("this broker cannot be made to take nothing");
    }

    /** Returns when what waits has waited too long; a transport that lives by the machine's time need do nothing. */
    protected void endWaiting() {}

    /** Ends what {@link #block} began. */
    protected void unblock() {}

    /** How long to wait for what must come; nothing waits this long but a test that fails. */
    protected Duration patience() {
        return Duration.ofSeconds(20);
    }

    @AfterEach
    void closeTransports() {
        started.forEach(Transport::close);
    }

    @Test
    void aStartedTransportSaysThatItIsConnected() {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();

        start("a", new TransportListener() {
            @Override
            public void connected() {
                told.add("connected");
            }
        });

        assertThat(next(told)).isEqualTo("connected");
    }

    @Test
    void whatIsSentToAQueueArrivesAsItWas() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);

        transport.send(new Parcel(
                new Address.Queue(source.queue()),
                Bytes.of("héllo ☃ 😀"),
                "text/x-test",
                "id-1",
                false,
                true,
                Map.of("x-reason", "because")));

        ReceivedParts.Received received = reader.take();
        assertThat(received.text()).isEqualTo("héllo ☃ 😀");
        assertThat(received.part().contentType()).isEqualTo("text/x-test");
        assertThat(received.part().header("x-reason")).isEqualTo("because");
        assertThat(received.part().header("x-other")).isNull();
        assertThat(received.redelivered()).isFalse();
        received.part().settle();
    }

    @Test
    void aSliceOfAnArrayArrivesWithoutItsSurroundings() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);
        Bytes slice = Bytes.of("beforeINSIDEafter").slice(6, 6);

        transport.send(parcel(source, slice, false, false));
        transport.send(parcel(source, slice, false, true));
        transport.send(parcel(source, slice, false, true));

        assertThat(reader.settle(3)).containsExactly("INSIDE", "INSIDE", "INSIDE");
    }

    @Test
    void oneMebibyteArrivesWhole() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);
        byte[] large = new byte[1 << 20];
        new Random(1).nextBytes(large);

        transport.send(parcel(source, Bytes.of(large), false, false));
        transport.send(parcel(source, Bytes.of(large), true, true));

        assertThat(reader.take(2)).allSatisfy(each -> {
            assertThat(each.part().body().toArray()).isEqualTo(large);
            each.part().settle();
        });
    }

    @Test
    void whatOneThreadSendsToOneQueueArrivesInOrder() {
        Transport sender = start("a");
        Transport receiver = start("b");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        receiver.subscribe(source, reader);
        List<String> bodies = numbered(300);

        // Every third travels alone; packing the others must not let them overtake.
        for (int i = 0; i < bodies.size(); i++) {
            sender.send(parcel(source, bodies.get(i), i % 3 != 0));
        }

        assertThat(reader.settle(300)).isEqualTo(bodies);
    }

    @Test
    void aReceiverIsCalledForOneDeliveryAtATime() {
        Transport transport = start("a");
        Source source = ownedForATest();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ReceivedParts reader = new ReceivedParts(patience());
        transport.subscribe(source, delivery -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            reader.receive(delivery);
            inside.decrementAndGet();
        });

        numbered(200).forEach(body -> transport.send(parcel(source, body, false)));

        reader.settle(200);
        assertThat(most).hasValue(1);
    }

    @Test
    void manyThreadsMaySendThroughOneTransport() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);

        List<CompletableFuture<Void>> senders = IntStream.range(0, 4)
                .mapToObj(thread -> CompletableFuture.runAsync(() -> IntStream.range(0, 100)
                        .forEach(i -> transport.send(parcel(source, thread + ":" + i, i % 2 == 0)))))
                .toList();
        senders.forEach(this::result);

        List<String> bodies = reader.settle(400);
        for (int thread = 0; thread < 4; thread++) {
            String prefix = thread + ":";
            assertThat(bodies.stream().filter(body -> body.startsWith(prefix)))
                    .containsExactlyElementsOf(
                            IntStream.range(0, 100).mapToObj(i -> prefix + i).toList());
        }
    }

    @Test
    void aFanoutReachesEveryQueueThatIsBoundToIt() {
        Transport agent = start("a");
        Transport one = start("b");
        Transport two = start("c");
        ReceivedParts first = new ReceivedParts(patience());
        ReceivedParts second = new ReceivedParts(patience());
        one.subscribe(Source.presence(Identity.mapper("one-" + run)), first);
        two.subscribe(Source.presence(Identity.mapper("two-" + run)), second);

        agent.send(parcel(Address.REGISTRATION, Bytes.of("here"), false, false));
        assertThat(first.take().text()).isEqualTo("here");
        assertThat(second.take().text()).isEqualTo("here");

        agent.send(parcel(Address.HEARTBEAT, Bytes.of("alive"), false, false));
        assertThat(first.take().text()).isEqualTo("alive");
        assertThat(second.take().text()).isEqualTo("alive");
    }

    @Test
    void anAnswerReachesTheMapperThatItIsFor() {
        Transport agent = start("a");
        Transport mappers = start("b");
        Identity one = Identity.mapper("one-" + run);
        Identity two = Identity.mapper("two-" + run);
        ReceivedParts first = new ReceivedParts(patience());
        ReceivedParts second = new ReceivedParts(patience());
        mappers.subscribe(Source.replies(one), first);
        mappers.subscribe(Source.replies(two), second);

        agent.send(parcel(Address.repliesTo(two), Bytes.of("for two"), false, true));
        agent.send(parcel(Address.repliesTo(one), Bytes.of("for one"), false, true));
        agent.send(parcel(new Address.Queue(one.value()), Bytes.of("past the exchange"), false, false));

        assertThat(first.settle(2)).containsExactlyInAnyOrder("for one", "past the exchange");
        assertThat(second.settle()).isEqualTo("for two");
        assertThat(first.rest()).isEmpty();
        assertThat(second.rest()).isEmpty();
    }

    @Test
    void readersOfASharedQueueCompete() {
        Transport one = start("a");
        Transport two = start("b");
        Source source = new Source(name(), Source.Lifetime.SHARED, List.of(), 1);
        BlockingQueue<ReceivedParts.Received> received = new LinkedBlockingQueue<>();
        Set<String> who = ConcurrentHashMap.newKeySet();
        one.subscribe(source, collecting(received, () -> who.add("one")));
        two.subscribe(source, collecting(received, () -> who.add("two")));

        // Neither takes a second one before it settled its first: what comes behind one is for the other.
        one.send(parcel(source, "0", false));
        ReceivedParts.Received first = next(received);
        numbered(20).stream().skip(1).forEach(body -> one.send(parcel(source, body, false)));
        List<ReceivedParts.Received> firstTwo = List.of(first, next(received));
        assertThat(who).containsExactlyInAnyOrder("one", "two");
        List<String> bodies = new ArrayList<>();
        for (ReceivedParts.Received each : firstTwo) {
            bodies.add(each.text());
            each.part().settle();
        }
        while (bodies.size() < 20) {
            ReceivedParts.Received each = next(received);
            bodies.add(each.text());
            each.part().settle();
        }
        assertThat(bodies).containsExactlyInAnyOrderElementsOf(numbered(20));
    }

    @Test
    void aReaderGetsNoMoreThanItsPrefetchUnsettled() {
        Transport busy = start("a");
        Transport free = start("b");
        String queue = name();
        ReceivedParts held = new ReceivedParts(patience());
        ReceivedParts taken = new ReceivedParts(patience());
        Source narrow = new Source(queue, Source.Lifetime.SHARED, List.of(), 2);
        busy.subscribe(narrow, held);
        confirm(busy.publish(parcel(narrow, "0", false)));
        confirm(busy.publish(parcel(narrow, "1", false)));
        held.take(2);
        free.subscribe(new Source(queue, Source.Lifetime.SHARED, List.of(), 100), taken);

        numbered(10).forEach(body -> busy.send(parcel(narrow, body, false)));

        // If the full one were given more, the other could not get all of these.
        assertThat(taken.settle(10)).isEqualTo(numbered(10));
        assertThat(held.rest()).isEmpty();
    }

    @Test
    void settlingMakesRoomForMore() {
        Transport transport = start("a");
        Source source = new Source(name(), Source.Lifetime.OWNED_DELETED_ON_CLOSE, List.of(), 1);
        ReceivedParts reader = new ReceivedParts(patience());
        transport.subscribe(source, reader);

        numbered(50).forEach(body -> transport.send(parcel(source, body, false)));

        assertThat(reader.settle(50)).isEqualTo(numbered(50));
    }

    @Test
    void aDurableQueueKeepsWhatNobodyReads() {
        Transport transport = start("a");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 10);
        Subscription first = transport.subscribe(source, new ReceivedParts(patience()));
        first.cancel();
        confirm(transport.publish(parcel(source, "kept", false)));
        first.close();

        ReceivedParts reader = new ReceivedParts(patience());
        transport.subscribe(source, reader);

        ReceivedParts.Received received = reader.take();
        assertThat(received.text()).isEqualTo("kept");
        assertThat(received.redelivered()).isFalse();
        received.part().settle();
    }

    @Test
    void aClosedSubscriptionGivesBackWhatItDidNotSettle() {
        Transport one = start("a");
        Transport two = start("b");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 10);
        ReceivedParts first = new ReceivedParts(patience());
        Subscription subscription = one.subscribe(source, first);
        numbered(3).forEach(body -> one.send(parcel(source, body, false)));
        List<ReceivedParts.Received> received = first.take(3);
        received.get(1).part().settle();
        subscription.close();
        subscription.close();
        ReceivedParts second = new ReceivedParts(patience());
        two.subscribe(source, second);

        assertRedelivered(second.take(2), "0", "2");
        confirm(one.publish(parcel(source, "marker", false)));
        assertThat(second.take().text())
                .as("what comes after the two that were unsettled")
                .isEqualTo("marker");
    }

    @Test
    void aClosedTransportGivesBackWhatItDidNotSettle() {
        Transport one = start("a");
        Transport two = start("b");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 10);
        ReceivedParts first = new ReceivedParts(patience());
        one.subscribe(source, first);
        two.send(parcel(source, "settled", false));
        two.send(parcel(source, "unsettled", false));
        first.take(2).get(0).part().settle();

        one.close();
        one.close();

        ReceivedParts second = new ReceivedParts(patience());
        eventually(() -> two.subscribe(source, second));
        assertRedelivered(second.take(1), "unsettled");
        confirm(two.publish(parcel(source, "marker", false)));
        assertThat(second.take().text()).isEqualTo("marker");
    }

    @Test
    void whatWasDeliveredBeforeACancelCanStillBeSettled() {
        Transport transport = start("a");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 10);
        ReceivedParts first = new ReceivedParts(patience());
        Subscription subscription = transport.subscribe(source, first);
        transport.send(parcel(source, "delivered before", false));
        ReceivedParts.Received delivered = first.take();

        subscription.cancel();
        subscription.cancel();
        confirm(transport.publish(parcel(source, "sent after", false)));
        delivered.part().settle();
        subscription.close();

        ReceivedParts second = new ReceivedParts(patience());
        transport.subscribe(source, second);
        assertThat(second.settle()).isEqualTo("sent after");
        assertThat(first.rest()).isEmpty();
    }

    @Test
    void whatIsRequeuedIsDeliveredAgain() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);
        transport.send(parcel(source, "once more", false));

        reader.take().part().requeue();

        assertRedelivered(reader.take(1), "once more");
    }

    @Test
    void ofSeveralSettlingsOfOnePartTheFirstCounts() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);
        transport.send(parcel(source, "once", false));

        Delivery.Part part = reader.take().part();
        part.settle();
        part.requeue();
        part.settle();
        transport.send(parcel(source, "marker", false));

        assertThat(reader.settle()).isEqualTo("marker");
    }

    @Test
    void aPartMayBeSettledByAnyThread() {
        Transport transport = start("a");
        Source source = new Source(name(), Source.Lifetime.OWNED_DELETED_ON_CLOSE, List.of(), 2);
        ReceivedParts reader = new ReceivedParts(patience());
        transport.subscribe(source, delivery -> ForkJoinPool.commonPool().execute(() -> {
            reader.receive(delivery);
            delivery.parts().forEach(Delivery.Part::settle);
        }));

        numbered(40).forEach(body -> transport.send(parcel(source, body, false)));

        assertThat(reader.take(40).stream().map(ReceivedParts.Received::text))
                .containsExactlyInAnyOrderElementsOf(numbered(40));
    }

    @Test
    void anAnswerIsSentBeforeItsRequestIsSettled() {
        Transport asking = start("a");
        Transport answering = start("b");
        ReceivedParts answers = new ReceivedParts(patience());
        Identity mapper = Identity.mapper("m-" + run);
        asking.subscribe(Source.replies(mapper), answers);
        Source work = new Source(name(), Source.Lifetime.OWNED, List.of(), 10);
        answering.subscribe(work, delivery -> delivery.parts().forEach(part -> {
            part.reply(parcel(
                    Address.repliesTo(mapper), Bytes.of("re: " + part.body().utf8()), false, true));
            part.settle();
        }));

        numbered(100).forEach(body -> asking.send(parcel(work, body, true)));

        assertThat(answers.settle(100))
                .isEqualTo(numbered(100).stream().map(body -> "re: " + body).toList());
        // What has an answer is settled, or will be before the connection ends.
        answering.close();
        ReceivedParts leftOver = new ReceivedParts(patience());
        eventually(() -> asking.subscribe(work, leftOver));
        confirm(asking.publish(parcel(work, "marker", false)));
        assertThat(leftOver.settle()).isEqualTo("marker");
    }

    @Test
    void closingSendsWhatWaits() {
        Transport sender = start("a");
        Transport receiver = start("b");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        receiver.subscribe(source, reader);

        numbered(200).forEach(body -> sender.send(parcel(source, body, true)));
        sender.close();

        assertThat(reader.settle(200)).isEqualTo(numbered(200));
    }

    @Test
    void whatIsSentToAQueueThatDoesNotExistComesBack() {
        Returns returns = new Returns();
        Transport transport = start("a", returns);
        Address nowhere = new Address.Queue(name());

        numbered(5).forEach(body -> transport.send(parcel(nowhere, Bytes.of(body), false, true)));

        List<String> bodies = new ArrayList<>();
        while (bodies.size() < 5) {
            Returned returned = next(returns.returned);
            assertThat(returned.to()).isEqualTo(nowhere);
            returned.packets().parts().forEach(part -> {
                assertThat(part.contentType()).isEqualTo(TEXT);
                bodies.add(part.body().utf8());
            });
        }
        assertThat(bodies).isEqualTo(numbered(5));
    }

    @Test
    void whatIsSentToAMapperThatDoesNotExistComesBack() {
        Returns returns = new Returns();
        Transport transport = start("a", returns);
        ReceivedParts other = new ReceivedParts(patience());
        transport.subscribe(Source.replies(Identity.mapper("other-" + run)), other);
        Address nobody = Address.repliesTo(Identity.mapper("nobody-" + run));

        transport.send(parcel(nobody, Bytes.of("anybody?"), false, false));

        Returned returned = next(returns.returned);
        assertThat(returned.to()).isEqualTo(nobody);
        assertThat(returned.packets().parts().get(0).body().utf8()).isEqualTo("anybody?");
        assertThat(other.rest()).isEmpty();
    }

    @Test
    void aQueueThatIsThereTakesWhatAMissingOneDoesNot() {
        Returns returns = new Returns();
        Transport transport = start("a", returns);
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);

        transport.send(parcel(source, "first", false));
        transport.send(parcel(new Address.Queue(name()), Bytes.of("lost"), false, false));
        transport.send(parcel(source, "second", false));

        assertThat(reader.settle(2)).containsExactly("first", "second");
        assertThat(next(returns.returned).packets().parts()).hasSize(1);
    }

    @Test
    void theBrokerConfirmsWhatIsPublished() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);

        List<CompletableFuture<PublishReceipt>> receipts = numbered(100).stream()
                .map(body -> transport.publish(parcel(source, Bytes.of(body), body.endsWith("1"), body.length() > 1)))
                .toList();

        assertThat(receipts).allSatisfy(this::confirm);
        assertThat(reader.settle(100)).containsExactlyInAnyOrderElementsOf(numbered(100));
    }

    @Test
    void publishingToAQueueThatDoesNotExistSaysSo() {
        Returns returns = new Returns();
        Transport transport = start("a", returns);
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);
        Address nowhere = new Address.Queue(name());

        CompletableFuture<PublishReceipt> lost = transport.publish(parcel(nowhere, Bytes.of("lost"), true, false));
        CompletableFuture<PublishReceipt> taken = transport.publish(parcel(source, "taken", false));

        assertThat(result(lost)).isInstanceOf(PublishReceipt.Returned.class);
        confirm(taken);
        assertThat(reader.settle()).isEqualTo("taken");
        assertThat(returns.returned)
                .as("what was published is not returned as if it had been sent")
                .isEmpty();
    }

    @Test
    void aReceiptMayBeAwaitedWhileAReceiverRuns() {
        Transport transport = start("a");
        Source source = ownedForATest();
        Source copies = ownedForATest();
        ReceivedParts copied = new ReceivedParts(patience());
        transport.subscribe(copies, copied);
        Queue<CompletableFuture<Void>> settled = new ConcurrentLinkedQueue<>();
        transport.subscribe(source, delivery -> delivery.parts()
                .forEach(part -> settled.add(transport
                        .publish(parcel(copies, part.body(), true, false))
                        .thenAccept(receipt -> part.settle()))));

        numbered(20).forEach(body -> transport.send(parcel(source, body, false)));

        assertThat(copied.settle(20)).isEqualTo(numbered(20));
        Awaitility.await().atMost(patience()).until(() -> settled.size() == 20);
        assertThat(settled).allSatisfy(this::result);
    }

    @Test
    void anOwnedQueueRefusesASecondReader() {
        Transport one = start("a");
        Transport two = start("b");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 10);
        ReceivedParts owner = new ReceivedParts(patience());
        Subscription owning = one.subscribe(source, owner);

        assertThatThrownBy(() -> two.subscribe(source, delivery -> {}))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(source.queue());

        two.send(parcel(source, "the refused one can still send", false));
        assertThat(owner.settle()).isEqualTo("the refused one can still send");
        owning.close();
        ReceivedParts heir = new ReceivedParts(patience());
        two.subscribe(source, heir);
        one.send(parcel(source, "to the heir", false));
        assertThat(heir.settle()).isEqualTo("to the heir");
    }

    @Test
    void aSecondMapperOfTheSameNameIsRefused() {
        Identity mapper = Identity.mapper("m-" + run);
        start("a").subscribe(Source.replies(mapper), delivery -> {});
        Transport second = start("b");

        assertThatThrownBy(() -> second.subscribe(Source.replies(mapper), delivery -> {}))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(mapper.value());
    }

    @Test
    void aQueueThatIsDeletedOnCloseIsGoneWithItsSubscription() {
        Transport transport = start("a");
        Source source = ownedForATest();
        Subscription subscription = transport.subscribe(source, delivery -> {});
        confirm(transport.publish(parcel(source, "there", false)));

        subscription.close();

        assertGone(transport, source);
    }

    @Test
    void anOwnedQueueThatIsEmptyIsGoneWithItsSubscription() {
        Transport transport = start("a");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 10);
        ReceivedParts reader = new ReceivedParts(patience());
        Subscription subscription = transport.subscribe(source, reader);
        transport.send(parcel(source, "done with", false));
        reader.settle();

        subscription.close();

        assertGone(transport, source);
    }

    @Test
    void whatAnOwnerLeftIsReadByWhoeverComesForItAndThenTheQueueIsGone() {
        Transport owner = start("a");
        Transport rescuer = start("b");
        Identity agent = Identity.agent("orphan-" + run);
        Source work = Source.work(agent, 1);
        ReceivedParts first = new ReceivedParts(patience());
        Subscription owned = owner.subscribe(work, first);
        rescuer.send(parcel(work, "begun", false));
        rescuer.send(parcel(work, "waiting", false));
        first.take();
        assertThatThrownBy(() -> rescuer.subscribe(Source.orphan(agent, 10), delivery -> {}))
                .isInstanceOf(TransportException.class)
                .hasMessageContaining(agent.value());

        owned.close();
        ReceivedParts second = new ReceivedParts(patience());
        Subscription rescue = rescuer.subscribe(Source.orphan(agent, 10), second);

        assertThat(second.settle(2)).containsExactly("begun", "waiting");
        rescue.close();
        confirm(rescuer.publish(parcel(work, "from one who has not heard", false)));
        ReceivedParts third = new ReceivedParts(patience());
        Subscription burial = rescuer.subscribe(Source.remains(agent, 10), third);
        assertThat(third.settle()).isEqualTo("from one who has not heard");
        burial.close();
        assertGone(rescuer, work);
    }

    @Test
    void aRescuerThatSettlesNothingLeavesEverything() {
        Transport owner = start("a");
        Transport rescuer = start("b");
        Identity agent = Identity.agent("orphan-" + run);
        Source work = Source.work(agent, 1);
        owner.subscribe(work, delivery -> {}).cancel();
        confirm(rescuer.publish(parcel(work, "waiting", false)));
        ReceivedParts rescued = new ReceivedParts(patience());
        Subscription rescue = rescuer.subscribe(Source.orphan(agent, 10), rescued);
        rescued.take();

        rescue.close();

        ReceivedParts back = new ReceivedParts(patience());
        owner.subscribe(work, back);
        assertThat(back.settle()).isEqualTo("waiting");
    }

    @Test
    void aRescueThatEndsLateLeavesTheQueueToItsOwnerThatIsBack() {
        Transport owner = start("a");
        Transport rescuer = start("b");
        Identity agent = Identity.agent("orphan-" + run);
        Source work = Source.work(agent, 1);
        owner.subscribe(work, delivery -> {}).cancel();
        Subscription rescue = rescuer.subscribe(Source.remains(agent, 10), delivery -> {});
        rescue.cancel();
        ReceivedParts back = new ReceivedParts(patience());
        AtomicInteger rebuilt = new AtomicInteger();
        owner.subscribe(work, new Receiver() {
            @Override
            public void receive(Delivery delivery) {
                back.receive(delivery);
            }

            @Override
            public void resubscribed(int epoch) {
                rebuilt.incrementAndGet();
            }
        });
        confirm(rescuer.publish(parcel(work, "begun", false)));
        ReceivedParts.Received begun = back.take();

        rescue.close(); // nothing waits in the queue, and yet it is not to go

        confirm(rescuer.publish(parcel(work, "next", false)));
        begun.part().settle();
        assertThat(back.settle()).isEqualTo("next");
        assertThat(rebuilt).hasValue(0);
    }

    @Test
    void thereIsNothingToRescueWhereThereIsNoQueue() {
        Transport rescuer = start("a");

        assertThatThrownBy(() -> rescuer.subscribe(Source.orphan(Identity.agent("never-" + run), 10), delivery -> {}))
                .isInstanceOf(NoSuchQueue.class);
    }

    @Test
    void aQueueThatIsDeletedOnCloseIsGoneWithItsTransport() {
        Transport reader = start("a");
        Transport other = start("b");
        Source source = ownedForATest();
        reader.subscribe(source, delivery -> {});
        confirm(other.publish(parcel(source, "there", false)));

        reader.close();

        assertGone(other, source);
    }

    @Test
    void aQueueThatLivesWithAConnectionIsGoneWithIt() {
        Transport agent = start("a");
        Transport other = start("b");
        Source control = Source.control(Identity.agent("a-" + run));
        ReceivedParts reader = new ReceivedParts(patience());
        agent.subscribe(control, reader);
        other.send(parcel(Address.ADVERTISE, Bytes.of("to all"), false, false));
        assertThat(reader.settle()).isEqualTo("to all");
        other.send(parcel(control, "to one", false));
        assertThat(reader.settle()).isEqualTo("to one");

        agent.close();

        assertGone(other, control);
    }

    @Test
    void whatIsPersistentArrivesAsWhatIsNot() {
        Transport transport = start("a");
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        transport.subscribe(source, reader);

        transport.send(parcel(source, Bytes.of("persistent"), true, true));
        transport.send(parcel(source, Bytes.of("transient"), false, true));

        assertThat(reader.settle(2)).containsExactly("persistent", "transient");
    }

    @Test
    void whatIsSettledNeverComesAgainPackedOrNot() {
        Transport sender = start("a");
        Transport receiver = start("b");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 1_000);
        ReceivedParts first = new ReceivedParts(patience());
        Subscription subscription = receiver.subscribe(source, first);

        numbered(500).forEach(body -> sender.send(parcel(source, body, true)));
        assertThat(first.settle(500)).isEqualTo(numbered(500));
        subscription.close();

        ReceivedParts second = new ReceivedParts(patience());
        receiver.subscribe(source, second);
        confirm(sender.publish(parcel(source, "marker", false)));
        assertThat(second.settle()).isEqualTo("marker");
    }

    @Test
    void aMessageComesAgainWhileOneOfItsPacketsIsUnsettled() {
        Transport sender = start("a");
        Transport receiver = start("b");
        Source source = new Source(name(), Source.Lifetime.OWNED, List.of(), 1_000);
        ReceivedParts first = new ReceivedParts(patience());
        Subscription subscription = receiver.subscribe(source, first);
        numbered(300).forEach(body -> sender.send(parcel(source, body, true)));
        List<ReceivedParts.Received> received = first.take(300);
        IntStream.range(0, 300)
                .filter(i -> i % 3 != 0)
                .forEach(i -> received.get(i).part().settle());
        subscription.close();

        ReceivedParts second = new ReceivedParts(patience());
        receiver.subscribe(source, second);
        confirm(sender.publish(parcel(source, "marker", false)));

        // A message is given back whole, so packets of it that were settled may come with the others.
        List<String> again = new ArrayList<>();
        for (ReceivedParts.Received each = second.take(); !each.text().equals("marker"); each = second.take()) {
            assertThat(each.redelivered()).isTrue();
            again.add(each.text());
            each.part().settle();
        }
        assertThat(again).doesNotHaveDuplicates();
        assertThat(new HashSet<>(again))
                .containsAll(IntStream.range(0, 100).mapToObj(i -> "" + 3 * i).toList());
        assertThat(again.stream().map(Integer::valueOf)).isSorted();
    }

    @Test
    void requeueingOnePacketBringsBackItsWholeMessage() {
        Transport transport = start("a");
        Source source = new Source(name(), Source.Lifetime.OWNED_DELETED_ON_CLOSE, List.of(), 1_000);
        ReceivedParts reader = new ReceivedParts(patience());
        transport.subscribe(source, reader);
        numbered(64).forEach(body -> transport.send(parcel(source, body, true)));
        List<ReceivedParts.Received> received = reader.take(64);

        received.forEach(each -> each.part().requeue());

        assertThat(reader.take(64))
                .allSatisfy(each -> assertThat(each.redelivered()).isTrue());
    }

    @Test
    void whatWaitsTooLongForABlockedBrokerComesBackAndIsNeverSent() {
        BlockedSender sender = new BlockedSender();
        Transport transport = start("a", sender);
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = ownedForATest();
        start("b").subscribe(source, reader);
        List<CompletableFuture<PublishReceipt>> receipts = new ArrayList<>();
        block();
        try {
            sender.awaitBlocked(transport);

            transport.send(parcel(source, "sent", false));
            for (String body : List.of("one", "two", "three")) {
                receipts.add(transport.publish(parcel(source, body, true)));
            }
            endWaiting();

            assertThat(next(sender.news)).isEqualTo("unsent sent");
            assertThat(receipts).allSatisfy(receipt -> assertThat(result(receipt))
                    .isInstanceOfSatisfying(PublishReceipt.Unsent.class, refused -> assertThat(refused.cause())
                            .isInstanceOf(BrokerBlocked.class)));
        } finally {
            unblock();
        }

        assertThat(next(sender.news)).isEqualTo("unblocked");
        transport.send(parcel(source, "after", false));
        assertThat(reader.settle()).isEqualTo("after");
    }

    @Test
    void aReaderOfABlockedBrokerGoesOnReadingAndSettling() {
        BlockedSender sender = new BlockedSender();
        Transport transport = start("a", sender);
        ReceivedParts reader = new ReceivedParts(patience());
        Source source = new Source(name(), Source.Lifetime.OWNED_DELETED_ON_CLOSE, List.of(), 1);
        Subscription subscription = transport.subscribe(source, reader);
        numbered(20).forEach(body -> confirm(transport.publish(parcel(source, body, false))));
        block();
        try {
            sender.awaitBlocked(transport);

            // Each comes only when the broker has seen the settling of the one before.
            assertThat(reader.settle(20)).isEqualTo(numbered(20));
        } finally {
            unblock();
        }
        subscription.close();
    }

    @Test
    void anAnswerForABlockedBrokerWaitsAndItsRequestIsNotSettledBefore() {
        BlockedSender sender = new BlockedSender();
        Transport agent = start("a");
        Transport mapper = start("b", sender);
        Identity self = Identity.mapper("waiting-" + run);
        ReceivedParts answers = new ReceivedParts(patience());
        mapper.subscribe(Source.replies(self), answers);
        ReceivedParts work = new ReceivedParts(patience());
        Source source = ownedForATest();
        agent.subscribe(source, work);
        confirm(mapper.publish(parcel(source, "request", false)));
        ReceivedParts.Received request = work.take();
        block();
        try {
            sender.awaitBlocked(mapper);
            request.part().settle(parcel(Address.repliesTo(self), Bytes.of("answer"), false, false));
            endWaiting();
            assertThat(answers.rest()).isEmpty();
        } finally {
            unblock();
        }
        assertThat(answers.settle()).isEqualTo("answer");
    }

    private void assertGone(Transport transport, Source source) {
        // A broker may need a moment to notice that a connection has gone.
        Awaitility.await()
                .atMost(patience())
                .until(() -> result(transport.publish(parcel(source, "anybody?", false)))
                        instanceof PublishReceipt.Returned);
    }

    private static void assertRedelivered(List<ReceivedParts.Received> received, String... bodies) {
        assertThat(received.stream().map(ReceivedParts.Received::text)).containsExactly(bodies);
        assertThat(received).allSatisfy(each -> {
            assertThat(each.redelivered()).isTrue();
            each.part().settle();
        });
    }

    /** Tries until the broker has noticed that the reader before is gone. */
    private void eventually(Runnable subscribing) {
        Awaitility.await()
                .atMost(patience())
                .ignoreExceptionsInstanceOf(TransportException.class)
                .until(() -> {
                    subscribing.run();
                    return true;
                });
    }

    private void confirm(CompletableFuture<PublishReceipt> receipt) {
        assertThat(result(receipt)).isInstanceOf(PublishReceipt.Confirmed.class);
    }

    private <T> T result(CompletableFuture<T> future) {
        try {
            return future.get(patience().toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new AssertionError("no answer within %s".formatted(patience()), e);
        }
    }

    private <T> T next(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(patience().toMillis(), TimeUnit.MILLISECONDS);
            return assertThat(next)
                    .as("something within %s", patience())
                    .isNotNull()
                    .actual();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private Transport start(String user) {
        return start(user, new TransportListener() {});
    }

    private Transport start(String user, TransportListener listener) {
        Transport transport = connect(user);
        transport.start(listener);
        started.add(transport);
        return transport;
    }

    private String name() {
        return "contract-%s-%d".formatted(run, queues++);
    }

    private Source ownedForATest() {
        return new Source(name(), Source.Lifetime.OWNED_DELETED_ON_CLOSE, List.of(), 1_000);
    }

    private static List<String> numbered(int count) {
        return IntStream.range(0, count).mapToObj(Integer::toString).toList();
    }

    private static Parcel parcel(Source to, String body, boolean packable) {
        return parcel(to, Bytes.of(body), false, packable);
    }

    private static Parcel parcel(Source to, Bytes body, boolean persistent, boolean packable) {
        return parcel(new Address.Queue(to.queue()), body, persistent, packable);
    }

    private static Parcel parcel(Address to, Bytes body, boolean persistent, boolean packable) {
        return new Parcel(to, body, TEXT, null, persistent, packable, Map.of());
    }

    private static Receiver collecting(BlockingQueue<ReceivedParts.Received> received, Runnable also) {
        return delivery -> {
            also.run();
            delivery.parts().forEach(part -> received.add(new ReceivedParts.Received(part, delivery.redelivered())));
        };
    }

    private record Returned(Address to, Delivery packets) {}

    /** Hears whether the broker takes what is sent. */
    private final class BlockedSender implements TransportListener {

        private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
        private final CountDownLatch blocked = new CountDownLatch(1);

        /** A broker may say that it takes nothing only to who sends, and only a moment later. */
        void awaitBlocked(Transport transport) {
            Source nobody = ownedForATest();
            Awaitility.await().atMost(patience()).until(() -> {
                transport.send(parcel(nobody, "is anybody there?", false));
                return blocked.await(50, TimeUnit.MILLISECONDS);
            });
        }

        @Override
        public void unsent(Parcel parcel, BrokerBlocked cause) {
            if (!parcel.body().utf8().equals("is anybody there?")) {
                news.add("unsent " + parcel.body().utf8());
            }
        }

        @Override
        public void blocked(String reason) {
            blocked.countDown();
        }

        @Override
        public void unblocked(Duration blockedFor) {
            news.add("unblocked");
        }
    }

    private static final class Returns implements TransportListener {

        private final BlockingQueue<Returned> returned = new LinkedBlockingQueue<>();

        @Override
        public void returned(Address to, Delivery packets) {
            returned.add(new Returned(to, packets));
        }
    }
}
