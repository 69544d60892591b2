package io.nanite.mapper;

import io.nanite.core.packet.Verdict;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts what a mapper does. Written by every thread of it, and by those that call it. */
final class Counts {

    final LongAdder rejected = new LongAdder();
    final LongAdder confirmed = new LongAdder();
    final LongAdder undelivered = new LongAdder();

    private final Map<Incident.Kind, LongAdder> incidents = new EnumMap<>(Incident.Kind.class);
    private final Map<Verdict, LongAdder> outcomes = new EnumMap<>(Verdict.class);

    Counts() {
        for (Incident.Kind kind : Incident.Kind.values()) {
            incidents.put(kind, new LongAdder());
        }
        for (Verdict verdict : Verdict.values()) {
            outcomes.put(verdict, new LongAdder());
        }
    }

    void happened(Incident.Kind kind) {
        adder(incidents, kind).increment();
    }

    void outcome(Verdict verdict) {
        adder(outcomes, verdict).increment();
    }

    long incidents(Incident.Kind kind) {
        return adder(incidents, kind).sum();
    }

    Map<Verdict, Long> outcomes() {
        Map<Verdict, Long> sums = new EnumMap<>(Verdict.class);
        outcomes.forEach((verdict, count) -> sums.put(verdict, count.sum()));
        return sums;
    }

    private static <K extends Enum<K>> LongAdder adder(Map<K, LongAdder> counts, K key) {
        LongAdder adder = counts.get(key);
        if (adder == null) {
            throw new IllegalStateException("%s: not counted (expected: each one)".formatted(key));
        }
        return adder;
    }
}
