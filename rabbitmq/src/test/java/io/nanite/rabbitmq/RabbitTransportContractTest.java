package io.nanite.rabbitmq;

import io.nanite.core.transport.Transport;
import io.nanite.testkit.TransportContract;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;

/** What every transport promises, over the wire, on every broker. */
@EveryBroker
class RabbitTransportContractTest extends TransportContract {

    private TestBroker broker;

    @BeforeEach
    void connectTo(TestBroker given) {
        broker = given;
    }

    @Override
    protected Transport connect(String user) {
        return new RabbitTransport(
                RabbitConfig.of(broker.uri()).withName(user).withBlockedTimeout(Duration.ofSeconds(1)));
    }

    @Override
    protected void block() {
        if (broker instanceof RabbitTestBroker rabbit) {
            rabbit.rabbitmqctl("set_vm_memory_high_watermark", "0");
        } else {
            super.block();
        }
    }

    @Override
    protected void unblock() {
        if (broker instanceof RabbitTestBroker rabbit) {
            rabbit.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1GB");
        }
    }
}
