package io.nanite.core.packet;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.Set;

/** Keeps tags and services in the order in which they were given, so that what is written is what was said. */
final class Tags {

    private Tags() {}

    static <T> Set<T> copyOf(Collection<T> given) {
        return given.size() < 2 ? Set.copyOf(given) : Collections.unmodifiableSet(new LinkedHashSet<>(given));
    }
}
