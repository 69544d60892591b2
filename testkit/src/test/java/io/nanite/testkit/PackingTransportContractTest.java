package io.nanite.testkit;

import io.nanite.core.transport.Transport;

final class PackingTransportContractTest extends TransportContract {

    private final InMemoryBroker broker = InMemoryBroker.packing();

    @Override
    protected Transport connect(String user) {
        return broker.transport(user);
    }
}
