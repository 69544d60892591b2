package io.nanite.admin;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.mapper.Call;
import io.nanite.mapper.CallEnd;
import io.nanite.mapper.RequestInterceptor;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Keeps how requests of each service went lately, and how long they took. Guarded by itself. */
final class ServiceBook implements RequestInterceptor {

    static final Duration MEMORY = Duration.ofMinutes(15);

    private static final Duration SLICE = Duration.ofSeconds(30);
    private static final int SLICES = (int) MEMORY.dividedBy(SLICE) + 1;
    private static final Duration AGENT_SLICE = Duration.ofMinutes(5);
    private static final int AGENT_SLICES = (int) MEMORY.dividedBy(AGENT_SLICE) + 1;

    /** What is not among the first so many is not kept, until one of them is forgotten. */
    private static final int MOST_SERVICES = 300;

    private static final int MOST_AGENTS_OF_ONE = 64;

    private final TimeSource time;
    private volatile boolean closed;

    // Guarded by this.
    private final Map<String, Page> pages = new HashMap<>();
    private LatencyCounts second = new LatencyCounts();

    private static final class Page {

        final SlidingCounts all = new SlidingCounts(SLICE, SLICES);
        final Map<String, SlidingCounts> agents = new HashMap<>();
        private long lastCall;
    }

    /** How it went in the last minutes; percentiles in milliseconds. */
    record Figures(
            int requests,
            int errors,
            @Nullable Double p50,
            @Nullable Double p95,
            @Nullable Double p99,
            double ratePerSecond) {

        static final Figures NONE = new Figures(0, 0, null, null, null, 0);
    }

    ServiceBook(TimeSource time) {
        this.time = time;
    }

    @Override
    public Call before(Call call) {
        if (!closed && call.wantsAnswer()) {
            String service = call.service().path();
            call.onEnd(end -> ended(service, end));
        }
        return call;
    }

    private synchronized void ended(String service, CallEnd end) {
        long now = time.nanos();
        long micros = end.took().toNanos() / 1000;
        second.add(micros);
        Page page = page(service, now);
        if (page == null) {
            return;
        }
        page.lastCall = now;
        page.all.add(now, micros, !end.ok());
        if (end.outcomes() != null) {
            end.outcomes().byAgent().forEach((agent, outcome) -> ended(page, agent, outcome, micros, now));
        }
    }

    private static void ended(Page page, Identity agent, Outcome outcome, long micros, long now) {
        SlidingCounts counts = page.agents.get(agent.name());
        if (counts == null) {
            if (page.agents.size() >= MOST_AGENTS_OF_ONE) {
                page.agents.values().removeIf(each -> each.last(now, MEMORY).requests() == 0);
            }
            if (page.agents.size() >= MOST_AGENTS_OF_ONE) {
                return;
            }
            counts = new SlidingCounts(AGENT_SLICE, AGENT_SLICES);
            page.agents.put(agent.name(), counts);
        }
        counts.add(now, micros, !outcome.ok());
    }

    private @Nullable Page page(String service, long now) {
        Page page = pages.get(service);
        if (page == null) {
            if (pages.size() >= MOST_SERVICES) {
                pages.values().removeIf(each -> now - each.lastCall > MEMORY.toNanos());
            }
            if (pages.size() >= MOST_SERVICES) {
                return null;
            }
            page = new Page();
            pages.put(service, page);
        }
        return page;
    }

    /** Of one service, in the last fifteen minutes. */
    synchronized Figures of(String service) {
        Page page = pages.get(service);
        return page == null ? Figures.NONE : figures(page.all, time.nanos());
    }

    /** Of every service that was asked for in the last fifteen minutes. */
    synchronized Map<String, Figures> all() {
        long now = time.nanos();
        Map<String, Figures> all = new TreeMap<>();
        pages.forEach((service, page) -> all.put(service, figures(page.all, now)));
        return all;
    }

    private static Figures figures(SlidingCounts counts, long now) {
        SlidingCounts.Window window = counts.last(now, MEMORY);
        SlidingCounts.Window minute = counts.last(now, Duration.ofMinutes(1));
        return new Figures(
                window.requests(),
                window.errors(),
                window.latency().percentile(50),
                window.latency().percentile(95),
                window.latency().percentile(99),
                minute.requests() / 60.0);
    }

    synchronized List<Answers.AgentFigures> byAgent(String service) {
        Page page = pages.get(service);
        if (page == null) {
            return List.of();
        }
        long now = time.nanos();
        return new TreeMap<>(page.agents)
                .entrySet().stream()
                        .map(entry -> {
                            SlidingCounts.Window window = entry.getValue().last(now, MEMORY);
                            return new Answers.AgentFigures(
                                    entry.getKey(),
                                    window.requests(),
                                    window.errors(),
                                    window.latency().percentile(50),
                                    window.latency().percentile(95));
                        })
                        .filter(figures -> figures.requests() > 0)
                        .toList();
    }

    /** How many requests of each service ended in the last minute, and how many of them not well. */
    synchronized Map<String, SlidingCounts.Window> lastMinute() {
        long now = time.nanos();
        Map<String, SlidingCounts.Window> all = new TreeMap<>();
        pages.forEach((service, page) -> {
            SlidingCounts.Window window = page.all.last(now, Duration.ofMinutes(1));
            if (window.requests() > 0) {
                all.put(service, window);
            }
        });
        return all;
    }

    /** How long what has ended since the last time that it was asked took. */
    synchronized LatencyCounts drainLatency() {
        LatencyCounts drained = second;
        second = new LatencyCounts();
        return drained;
    }

    /** Keeps nothing from now on. */
    void close() {
        closed = true;
    }
}
