package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.mapper.Job;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** The requests that were made in a console, the newest of them. Any thread. */
final class ConsoleJobs {

    private static final int MOST = 500;

    /** One request, and since when. */
    record Entry(Instant since, Service service, Job job) {

        Token token() {
            return job.token();
        }
    }

    // Guarded by this.
    private final Deque<Entry> entries = new ArrayDeque<>();

    synchronized void add(Entry entry) {
        if (entries.size() == MOST) {
            entries.removeFirst();
        }
        entries.addLast(entry);
    }

    /** Oldest first. */
    synchronized List<Entry> all() {
        return List.copyOf(entries);
    }

    /** The one whose token begins so. Throws {@link ConfigException} if there is none, or several. */
    Entry named(String begun) {
        List<Entry> found = all().stream()
                .filter(entry -> entry.token().value().startsWith(begun))
                .toList();
        if (found.size() != 1 || begun.isEmpty()) {
            throw ConfigException.of(
                    "TOKEN",
                    Printable.of(begun),
                    found.isEmpty() ? "the token of a request of this console; jobs shows them" : "more of the token");
        }
        return found.get(0);
    }
}
