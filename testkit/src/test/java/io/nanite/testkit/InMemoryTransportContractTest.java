package io.nanite.testkit;

import io.nanite.core.transport.Transport;

final class InMemoryTransportContractTest extends TransportContract {

    private final InMemoryBroker broker = InMemoryBroker.threaded();

    @Override
    protected Transport connect(String user) {
        return broker.transport(user);
    }
}
