package io.nanite.core.packet;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Work that wants a {@link Result}.
 *
 * @param replyTo the mapper that waits for it; null while an asking agent's request is on its way to a mapper
 * @param packs whether the one that waits reads messages that hold several packets
 */
public record Request(
        Service service,
        Payload payload,
        Identity from,
        Token token,
        @Nullable Identity replyTo,
        String selector,
        @Nullable Identity target,
        boolean persistent,
        Set<String> tags,
        boolean packs,
        Metadata metadata)
        implements Deliverable {

    public Request {
        tags = Tags.copyOf(tags);
    }

    @Override
    public Request to(Identity target) {
        return new Request(service, payload, from, token, replyTo, selector, target, persistent, tags, packs, metadata);
    }

    @Override
    public Request with(Metadata metadata) {
        return new Request(service, payload, from, token, replyTo, selector, target, persistent, tags, packs, metadata);
    }
}
