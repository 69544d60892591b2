package io.nanite.mapper.selector;

import io.nanite.core.packet.Service;
import java.util.Set;

/** What is asked for: all that a selector may know of a request. */
public record Demand(Service service, Set<String> tags) {

    public Demand {
        tags = Set.copyOf(tags);
    }
}
