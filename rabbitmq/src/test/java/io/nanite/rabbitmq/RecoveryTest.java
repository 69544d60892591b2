package io.nanite.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportException;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;

/** What breaks comes back: connections, channels, queues, and what had no verdict. */
class RecoveryTest {

    private static final long PATIENCE_SECONDS = 60;

    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> bodies = new LinkedBlockingQueue<>();
    private final List<RabbitTransport> transports = new ArrayList<>();

    private final Source work = Source.work(Identity.agent("fred"), 10);

    private final Receiver receiver = new Receiver() {
        @Override
        public void receive(Delivery delivery) {
            delivery.parts().forEach(part -> {
                bodies.add(part.body().utf8());
                part.settle();
            });
        }

        @Override
        public void resubscribed(int epoch) {
            events.add("epoch " + epoch);
        }
    };

    @AfterEach
    void closeTransports() {
        transports.forEach(RabbitTransport::close);
    }

    private RabbitTransport start(TestBroker broker) {
        RabbitTransport transport =
                new RabbitTransport(RabbitConfig.of(broker.uri()).withName("recovering"));
        transports.add(transport);
        transport.start(new TransportListener() {
            @Override
            public void connected() {
                events.add("connected");
            }

            @Override
            public void disconnected(TransportException cause) {
                events.add("disconnected");
            }
        });
        return transport;
    }

    private void expect(String event) throws InterruptedException {
        assertThat(events.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(event);
    }

    private String nextBody() throws InterruptedException {
        return String.valueOf(bodies.poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
    }

    private Parcel parcel(String body) {
        return new Parcel(new Address.Queue(work.queue()), Bytes.of(body), "text/plain", body, true, false, Map.of());
    }

    @EveryBroker(own = true)
    void afterARestartOfTheBrokerEverythingStandsAgainAndSaysSo(TestBroker broker) throws Exception {
        RabbitTransport transport = start(broker);
        transport.subscribe(work, receiver);
        expect("connected");
        transport.send(parcel("before"));
        assertThat(nextBody()).isEqualTo("before");

        broker.restart();

        expect("disconnected");
        expect("epoch 1");
        expect("connected");
        transport.send(parcel("after"));
        String next = nextBody();
        while (next.equals("before")) {
            next = nextBody(); // its ack was still under way: at least once
        }
        assertThat(next).isEqualTo("after");
    }

    @EveryBroker(own = true)
    void whatIsPublishedWhileTheBrokerIsDownIsConfirmedWhenItIsBack(TestBroker broker) throws Exception {
        RabbitTransport transport = start(broker);
        transport.subscribe(work, receiver);
        expect("connected");

        broker.stop();
        expect("disconnected");
        CompletableFuture<PublishReceipt> receipt = transport.publish(parcel("patient"));
        broker.start();

        assertThat(receipt.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(PublishReceipt.Confirmed.class);
        assertThat(nextBody()).isEqualTo("patient");
    }

    @OnRabbitMq(own = true)
    void aKilledBrokerLosesNothingThatItConfirmed(TestBroker broker) throws Exception {
        RabbitTransport transport = start(broker);
        transport.subscribe(work, delivery -> {}).cancel();
        broker.settle(); // the queue is what the broker would forget
        expect("connected");
        List<CompletableFuture<PublishReceipt>> receipts = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            receipts.add(transport.publish(parcel(Integer.toString(i))));
        }
        receipts.get(200).get(PATIENCE_SECONDS, TimeUnit.SECONDS);

        broker.kill();
        broker.start();

        for (CompletableFuture<PublishReceipt> receipt : receipts) {
            assertThat(receipt.get(PATIENCE_SECONDS, TimeUnit.SECONDS)).isInstanceOf(PublishReceipt.Confirmed.class);
        }
        List<String> missing = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            missing.add(Integer.toString(i));
        }
        RabbitTransport reader = start(broker);
        reader.subscribe(work, receiver);
        while (!missing.isEmpty()) {
            String body = nextBody();
            assertThat(body).isNotEqualTo("null"); // nothing came any more
            missing.remove(body); // one may come twice
        }
    }

    @EveryBroker
    void aBadOperationClosesItsChannelAndNoOther(TestBroker broker) throws Exception {
        RabbitTransport transport = start(broker);
        transport.subscribe(work, receiver);
        expect("connected");

        // No such exchange: the broker closes the channel that it was sent on.
        transport.send(new Parcel(
                new Address.Exchange("no-such-exchange", ""),
                Bytes.of("lost"),
                "text/plain",
                null,
                false,
                false,
                Map.of()));

        assertThat(transport.publish(parcel("through the other channel")).get(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .isInstanceOf(PublishReceipt.Confirmed.class);
        assertThat(nextBody()).isEqualTo("through the other channel");
    }

    @OnRabbitMq
    void aQueueThatIsDeletedUnderItsReaderIsBuiltAgain(TestBroker broker) throws Exception {
        RabbitTransport transport = start(broker);
        transport.subscribe(work, receiver);
        expect("connected");

        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection();
                Channel channel = connection.createChannel()) {
            channel.queueDelete(work.queue());
        }

        expect("epoch 1");
        transport.send(parcel("there again"));
        assertThat(nextBody()).isEqualTo("there again");
    }
}
