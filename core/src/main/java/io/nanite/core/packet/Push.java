package io.nanite.core.packet;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Work that wants no answer. */
public record Push(
        Service service,
        Payload payload,
        Identity from,
        Token token,
        String selector,
        @Nullable Identity target,
        boolean persistent,
        Set<String> tags,
        Metadata metadata)
        implements Deliverable {

    public Push {
        tags = Tags.copyOf(tags);
    }

    @Override
    public Push to(Identity target) {
        return new Push(service, payload, from, token, selector, target, persistent, tags, metadata);
    }

    @Override
    public Push with(Metadata metadata) {
        return new Push(service, payload, from, token, selector, target, persistent, tags, metadata);
    }
}
