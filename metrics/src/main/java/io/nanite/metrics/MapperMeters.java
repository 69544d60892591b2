package io.nanite.metrics;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.CallEnd;
import io.nanite.mapper.Mapper;
import java.util.HashMap;
import java.util.Map;

/** What a mapper does, as meters: {@code nanite.mapper.*}, with the name of the mapper as a tag. */
public final class MapperMeters {

    private static final String PREFIX = "nanite.mapper.";

    /** The outcome of requests that nobody was asked for. */
    private static final String REJECTED = "REJECTED";

    private MapperMeters() {}

    /** Adds the meters; requests are timed from now on. Once for each mapper and registry. */
    public static void bind(Mapper mapper, MeterRegistry registry) {
        Tags tags = Tags.of("mapper", mapper.identity().name());
        Counters<Mapper> counters = new Counters<>(registry, PREFIX, mapper, tags)
                .gauge(
                        "agents",
                        "agents that are alive",
                        it -> it.tally().agents() - it.tally().suspects(),
                        "state",
                        "healthy")
                .gauge("agents", "agents that are alive", it -> it.tally().suspects(), "state", "suspect")
                .gauge("pending", "requests that wait for answers", Mapper::pending)
                .count("accepted", "requests that somebody was asked for", it -> it.tally()
                        .accepted())
                .count("rejected", "requests that nobody could be asked for", it -> it.tally()
                        .rejected())
                .count("resent", "requests sent once more to the same agent", it -> it.tally()
                        .resent())
                .count("moved", "requests given to another agent", it -> it.tally()
                        .moved())
                .count("returned", "requests that found no queue", it -> it.tally()
                        .returned())
                .count("parked", "requests that waited offline", it -> it.tally()
                        .parked())
                .count("stray", "results that nobody waited for", it -> it.tally()
                        .stray())
                .count("pushes", "pushes, for each agent", it -> it.tally().confirmed(), "result", "confirmed")
                .count("pushes", "pushes, for each agent", it -> it.tally().undelivered(), "result", "undelivered")
                .count("refused", "packets that the policy refused", it -> it.tally()
                        .refused());
        for (Verdict verdict : Verdict.values()) {
            counters.count(
                    "outcomes",
                    "outcomes of agents that were asked",
                    it -> it.tally().outcomes().getOrDefault(verdict, 0L),
                    "verdict",
                    verdict.name());
        }
        counters.unread(mapper.unread().keySet(), Mapper::unread);
        time(mapper, registry, tags);
    }

    private static void time(Mapper mapper, MeterRegistry registry, Tags tags) {
        Map<String, Timer> timers = new HashMap<>();
        timers.put(REJECTED, timer(registry, tags, REJECTED));
        for (Verdict verdict : Verdict.values()) {
            timers.put(verdict.name(), timer(registry, tags, verdict.name()));
        }
        Map<String, Timer> byOutcome = Map.copyOf(timers);
        mapper.intercept(call -> {
            if (call.wantsAnswer()) {
                call.onEnd(end -> {
                    Timer timer = byOutcome.get(outcome(end));
                    if (timer != null) {
                        timer.record(end.took());
                    }
                });
            }
            return call;
        });
    }

    private static Timer timer(MeterRegistry registry, Tags tags, String outcome) {
        return Timer.builder(PREFIX + "request")
                .description("from the call to its end")
                .tags(tags.and("outcome", outcome))
                .register(registry);
    }

    /** Of a request to several, what the first that did not succeed says. */
    private static String outcome(CallEnd end) {
        if (end.outcomes() == null) {
            return REJECTED;
        }
        return end.outcomes().all().stream()
                .filter(outcome -> !outcome.ok())
                .findFirst()
                .map(Outcome::verdict)
                .orElse(Verdict.OK)
                .name();
    }
}
