package io.nanite.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the in-memory broker does beyond the contract: the faults that a test orders. */
final class InMemoryBrokerTest {

    private static final Source WORK = new Source("work", Source.Lifetime.OWNED, List.of(), 10);

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final List<String> events = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();

    @Test
    void whatIsHeldTravelsTogetherWhenItIsReleased() {
        InMemoryTransport transport = started("a");
        transport.subscribe(WORK, reading());

        transport.hold();
        IntStream.range(0, 70).forEach(i -> transport.send(parcel("work", "p" + i, true)));
        transport.send(parcel("elsewhere", "x", true));
        transport.send(parcel("work", "alone", false));
        transport.send(parcel("work", "after", true));
        assertThat(deliveries).isEmpty();
        transport.release();

        assertThat(deliveries.stream().map(each -> each.parts().size())).containsExactly(64, 6, 1, 1);
        assertThat(bodies()).startsWith("p0", "p1").endsWith("p69", "alone", "after");
    }

    @Test
    void aPackThatIsNotSettledWholeComesAgainWhole() {
        InMemoryTransport transport = started("a");
        Subscription subscription = transport.subscribe(WORK, reading());
        transport.hold();
        List.of("a", "b", "c").forEach(body -> transport.send(parcel("work", body, true)));
        transport.release();
        deliveries.get(0).parts().get(1).settle();

        subscription.close();
        deliveries.clear();
        transport.subscribe(WORK, reading());

        assertThat(bodies()).containsExactly("a", "b", "c");
        assertThat(deliveries.get(0).redelivered()).isTrue();
        deliveries.get(0).parts().forEach(Delivery.Part::settle);
        assertThat(broker.waiting("work")).isZero();
    }

    @Test
    void aMalformedPackArrivesAsOnePartOfItsMediaType() {
        InMemoryTransport transport = started("a");
        transport.subscribe(WORK, reading());

        transport.send(new Parcel(
                new Address.Queue("work"), Bytes.of("junk"), Pack.CONTENT_TYPE, null, false, false, Map.of()));

        assertThat(bodies()).containsExactly("junk");
        assertThat(deliveries.get(0).parts().get(0).contentType()).isEqualTo(Pack.CONTENT_TYPE);
    }

    @Test
    void aLostConnectionGivesBackWhatWasUnsettledAndComesBackWithItsSubscriptions() {
        InMemoryTransport agent = started("a");
        InMemoryTransport mapper = started("b");
        agent.subscribe(WORK, reading());
        mapper.send(parcel("work", "settled", false));
        mapper.send(parcel("work", "unsettled", false));
        deliveries.get(0).parts().get(0).settle();
        events.clear();

        agent.disconnect();
        agent.disconnect();
        assertThat(events).containsExactly("a disconnected");
        assertThat(broker.waiting("work")).isEqualTo(1);
        mapper.send(parcel("work", "meanwhile", false));
        agent.send(parcel("work", "dropped", false));
        deliveries.get(1).parts().get(0).settle();
        deliveries.clear();

        agent.reconnect();

        assertThat(events).containsExactly("a disconnected", "resubscribed 1", "a connected");
        assertThat(bodies()).containsExactly("unsettled", "meanwhile");
        assertThat(deliveries.stream().map(Delivery::redelivered)).containsExactly(true, false);
        agent.disconnect();
        agent.reconnect();
        assertThat(events).contains("resubscribed 2");
    }

    @Test
    void whatIsPublishedWithoutAConnectionIsConfirmedOnTheNext() {
        InMemoryTransport transport = started("a");
        transport.subscribe(WORK, reading());
        transport.disconnect();

        CompletableFuture<PublishReceipt> receipt = transport.publish(parcel("work", "patient", false));
        assertThat(receipt).isNotDone();
        transport.reconnect();

        assertThat(receipt).isCompletedWithValue(new PublishReceipt.Confirmed());
        assertThat(bodies()).containsExactly("patient");
    }

    @Test
    void nobodyKnowsWhatBecameOfWhatWasPublishedWhenTheTransportIsClosed() {
        InMemoryTransport transport = started("a");
        transport.disconnect();
        CompletableFuture<PublishReceipt> receipt = transport.publish(parcel("work", "patient", false));

        transport.close();

        assertThat(receipt).isCompletedWithValueMatching(PublishReceipt.Unknown.class::isInstance);
        assertThat(transport.publish(parcel("work", "late", false)))
                .isCompletedWithValueMatching(PublishReceipt.Unknown.class::isInstance);
        assertThatThrownBy(() -> transport.subscribe(WORK, reading())).isInstanceOf(BrokerUnavailable.class);
    }

    @Test
    void aQueueThatSomebodyElseTookMeanwhileIsNotGivenBack() {
        InMemoryTransport one = started("a");
        InMemoryTransport two = started("b");
        one.subscribe(WORK, reading());
        one.disconnect();
        Subscription thief = two.subscribe(WORK, reading());

        assertThatThrownBy(one::reconnect).isInstanceOf(QueueInUse.class);
        thief.close();
        one.reconnect();
        two.send(parcel("work", "for one", false));

        assertThat(bodies()).containsExactly("for one");
    }

    @Test
    void aDeletedQueueIsDeclaredAgainByItsReader() {
        InMemoryTransport transport = started("a");
        transport.subscribe(WORK, reading());
        transport.send(parcel("work", "lost", false));

        broker.delete("work");
        transport.send(parcel("work", "next", false));

        assertThat(events).contains("resubscribed 1");
        assertThat(bodies()).containsExactly("lost", "next");
        deliveries.forEach(each -> each.parts().get(0).settle());
        assertThat(broker.waiting("work")).isZero();
    }

    @Test
    void aBrokerThatStopsForgetsWhatIsNotPersistent() {
        InMemoryTransport transport = started("a");
        broker.declare("kept");
        transport.send(parcel("kept", "transient", false));
        transport.send(new Parcel(new Address.Queue("kept"), Bytes.of("persistent"), "t", null, true, false, Map.of()));

        broker.stop();
        assertThatThrownBy(() -> broker.transport("late").start(new TransportListener() {}))
                .isInstanceOf(BrokerUnavailable.class);
        assertThatThrownBy(transport::reconnect).isInstanceOf(BrokerUnavailable.class);
        broker.start();

        assertThat(events).containsExactly("a connected", "a disconnected", "a connected");
        transport.subscribe(new Source("kept", Source.Lifetime.SHARED, List.of(), 1), reading());
        assertThat(bodies()).containsExactly("persistent");
    }

    @Test
    void aBlockedBrokerTakesNothingUntilItSaysSo() {
        InMemoryTransport transport = started("a");
        transport.subscribe(WORK, reading());

        broker.block("memory");
        transport.send(parcel("work", "waits", false));
        CompletableFuture<PublishReceipt> receipt = transport.publish(parcel("work", "waits too", false));
        assertThat(deliveries).isEmpty();
        assertThat(receipt).isNotDone();
        broker.unblock(Duration.ofSeconds(3));

        assertThat(bodies()).containsExactly("waits", "waits too");
        assertThat(receipt).isCompletedWithValue(new PublishReceipt.Confirmed());
        assertThat(events).containsExactly("a connected", "a blocked: memory", "a unblocked after PT3S");
    }

    @Test
    void theKeyOfATopicMayHaveWildcards() {
        InMemoryTransport transport = started("a");
        String[] patterns = {"a.*", "a.#", "#", "*.b", "a.b.c"};
        for (String pattern : patterns) {
            Address.Exchange binding = new Address.Exchange("files", pattern);
            transport.subscribe(
                    new Source("q " + pattern, Source.Lifetime.CONNECTION, List.of(binding), 0),
                    delivery -> events.add(pattern));
        }
        events.clear();

        transport.send(
                new Parcel(new Address.Exchange("files", "a.b"), Bytes.of("x"), "t", null, false, false, Map.of()));
        assertThat(events).containsExactlyInAnyOrder("a.*", "a.#", "#", "*.b");
        events.clear();
        transport.send(
                new Parcel(new Address.Exchange("files", "a"), Bytes.of("x"), "t", null, false, false, Map.of()));
        assertThat(events).containsExactlyInAnyOrder("a.#", "#");
    }

    private InMemoryTransport started(String user) {
        InMemoryTransport transport = broker.transport(user);
        transport.start(new TransportListener() {
            @Override
            public void connected() {
                events.add(user + " connected");
            }

            @Override
            public void disconnected(TransportException cause) {
                events.add(user + " disconnected");
            }

            @Override
            public void blocked(String reason) {
                events.add(user + " blocked: " + reason);
            }

            @Override
            public void unblocked(Duration blockedFor) {
                events.add(user + " unblocked after " + blockedFor);
            }
        });
        return transport;
    }

    private Receiver reading() {
        return new Receiver() {
            @Override
            public void receive(Delivery delivery) {
                deliveries.add(delivery);
            }

            @Override
            public void resubscribed(int epoch) {
                events.add("resubscribed " + epoch);
            }
        };
    }

    private List<String> bodies() {
        return deliveries.stream()
                .flatMap(each -> each.parts().stream())
                .map(part -> part.body().utf8())
                .toList();
    }

    private static Parcel parcel(String queue, String body, boolean packable) {
        return new Parcel(new Address.Queue(queue), Bytes.of(body), "t", null, false, packable, Map.of());
    }
}
