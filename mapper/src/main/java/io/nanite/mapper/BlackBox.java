package io.nanite.mapper;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Token;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Remembers the last things that happened to requests, so that somebody can ask why one went as it went. Writing costs one
 * small object and no lock; what is oldest is forgotten. Safe for use by many threads.
 */
final class BlackBox {

    /** A request that goes well is four of them. */
    private static final int SIZE = 1 << 16;

    private final TimeSource time;
    private final Counts counts;
    private final AtomicReferenceArray<@Nullable Note> notes = new AtomicReferenceArray<>(SIZE);
    private final AtomicLong next = new AtomicLong();

    private record Note(
            long number,
            long nanos,
            Token token,
            Incident.Kind kind,
            @Nullable Identity agent,
            @Nullable String detail) {}

    BlackBox(TimeSource time, Counts counts) {
        this.time = time;
        this.counts = counts;
    }

    void note(Token token, Incident.Kind kind, @Nullable Identity agent, @Nullable String detail) {
        counts.happened(kind);
        long number = next.getAndIncrement();
        notes.set((int) (number & (SIZE - 1)), new Note(number, time.nanos(), token, kind, agent, detail));
    }

    /** What is remembered of this request, in the order in which it happened. */
    List<Incident> of(Token token) {
        long nanos = time.nanos();
        Instant now = time.now();
        List<Incident> incidents = new ArrayList<>();
        long end = next.get();
        for (long number = Math.max(0, end - SIZE); number < end; number++) {
            Note note = notes.get((int) (number & (SIZE - 1)));
            if (note != null && note.number() == number && note.token().equals(token)) {
                incidents.add(
                        new Incident(now.minusNanos(nanos - note.nanos()), note.kind(), note.agent(), note.detail()));
            }
        }
        return incidents;
    }
}
