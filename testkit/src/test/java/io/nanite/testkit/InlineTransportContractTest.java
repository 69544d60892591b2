package io.nanite.testkit;

import io.nanite.core.transport.Transport;

final class InlineTransportContractTest extends TransportContract {

    private final InMemoryBroker broker = InMemoryBroker.inline();

    @Override
    protected Transport connect(String user) {
        return broker.transport(user);
    }
}
