package io.nanite.core.packet;

import java.util.Set;

/** An agent is here, and offers these services. */
public record Register(Identity identity, Set<Service> services, Set<String> tags, Status status, Vitals vitals)
        implements Presence {

    public Register {
        services = Tags.copyOf(services);
        tags = Tags.copyOf(tags);
    }
}
