package io.nanite.testkit;

import io.nanite.core.transport.Transport;
import java.time.Duration;

final class InlineTransportContractTest extends TransportContract {

    private final InMemoryBroker broker = InMemoryBroker.inline();

    @Override
    protected Transport connect(String user) {
        return broker.transport(user);
    }

    @Override
    protected void block() {
        broker.block("memory");
    }

    @Override
    protected void endWaiting() {
        broker.endWaiting();
    }

    @Override
    protected void unblock() {
        broker.unblock(Duration.ofSeconds(1));
    }
}
