package io.nanite.admin;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a page is about, before the frame that all pages have is put around it.
 *
 * @param name which page it is, for the navigation and the scripts
 * @param lead what stands beside the heading: a state, say
 * @param actions what can be done with all of it
 * @param at when it was so
 * @param events which news of the live stream make it old
 */
record Sheet(
        String name,
        String title,
        Html lead,
        Html actions,
        @Nullable Instant at,
        List<String> events,
        Html body) {

    Sheet {
        events = List.copyOf(events);
    }

    static Sheet of(String name, String title, @Nullable Instant at, Html... body) {
        return new Sheet(name, title, Html.nothing(), Html.nothing(), at, List.of(), Html.all(body));
    }

    Sheet lead(Html newLead) {
        return new Sheet(name, title, newLead, actions, at, events, body);
    }

    Sheet actions(Html... newActions) {
        return new Sheet(name, title, lead, Html.all(newActions), at, events, body);
    }

    /** Changes with these news; {@code second} for once a second. */
    Sheet on(String... newEvents) {
        return new Sheet(name, title, lead, actions, at, List.of(newEvents), body);
    }
}
