package io.nanite.rabbitmq;

import io.nanite.core.transport.Transport;
import io.nanite.testkit.TransportContract;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import org.junit.jupiter.api.BeforeEach;

/** What every transport promises, over the wire, on every broker. */
@EveryBroker
class RabbitTransportContractTest extends TransportContract {

    private String uri = "";

    @BeforeEach
    void connectTo(TestBroker broker) {
        uri = broker.uri();
    }

    @Override
    protected Transport connect(String user) {
        return new RabbitTransport(RabbitConfig.of(uri).withName(user));
    }
}
