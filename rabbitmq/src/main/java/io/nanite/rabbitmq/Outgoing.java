package io.nanite.rabbitmq;

import io.nanite.core.transport.Address;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message about to be written: a lone packet or a pack.
 *
 * @param id the token of a lone packet, or null
 * @param pending who waits for the broker's word on it; empty if nobody does
 */
@SuppressWarnings("ArrayRecordComponent") // never compared: it lives between two lines of the writer
record Outgoing(
        Address to,
        String contentType,
        byte[] body,
        @Nullable String id,
        boolean persistent,
        Map<String, String> headers,
        List<Pending> pending) {

    String exchange() {
        return to instanceof Address.Exchange exchange ? exchange.name() : "";
    }

    String key() {
        return to instanceof Address.Exchange exchange ? exchange.key() : ((Address.Queue) to).name();
    }
}
