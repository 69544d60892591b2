package io.nanite.cli;

import io.nanite.agent.RunningJob;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a process says how it is: as data, and in words. */
final class Statuses {

    private static final long MEGABYTE = 1L << 20;
    private static final int MINUTE = 60;
    private static final int HOUR = 60 * MINUTE;
    private static final int DAY = 24 * HOUR;

    private Statuses() {}

    /** A job as data. */
    static Map<String, @Nullable Object> job(RunningJob job, Instant now) {
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("token", job.token().value());
        all.put("service", job.service().path());
        all.put("caller", job.caller().value());
        all.put("attempt", job.attempt());
        all.put("since", job.runs().map(runs -> now.minus(runs).toString()).orElse(null));
        all.put("runs_ms", job.runs().map(Duration::toMillis).orElse(null));
        return all;
    }

    /** The same in words. */
    static String job(Map<String, @Nullable Object> job) {
        Object since = job.get("since");
        return "%s %s for %s, %s"
                .formatted(
                        job.get("token"),
                        job.get("service"),
                        job.get("caller"),
                        since == null ? "waits" : "since " + since);
    }

    /** A status in words, several lines. */
    static String words(Map<String, @Nullable Object> status) {
        StringBuilder text = new StringBuilder();
        text.append("%s runs, pid %s, since %s (%s)%s"
                .formatted(
                        status.get("process"),
                        status.get("pid"),
                        status.get("since"),
                        age(number(status, "uptime_s")),
                        Boolean.TRUE.equals(status.get("daemon")) ? "" : ", in the foreground"));
        line(
                text,
                "broker",
                "%s: %s"
                        .formatted(
                                status.get("broker"),
                                Boolean.TRUE.equals(status.get("connected")) ? "connected" : "not connected"));
        if (status.containsKey("slots")) {
            line(text, "jobs", "%s of %s slots".formatted(status.get("jobs"), status.get("slots")));
        } else {
            line(text, "fabric", "%s agents, %s requests open".formatted(status.get("agents"), status.get("jobs")));
        }
        Object ping = status.get("last_ping_s");
        line(text, "last ping", ping == null ? "none" : age(number(status, "last_ping_s")) + " ago");
        line(text, "memory", memory(status));
        Object log = status.get("log");
        line(text, "log", log == null ? "the standard error" : log);
        return text.toString();
    }

    private static String memory(Map<String, @Nullable Object> status) {
        String heap = "heap %d of %d MB"
                .formatted(number(status, "heap_used") / MEGABYTE, number(status, "heap_max") / MEGABYTE);
        return status.get("resident") == null
                ? heap
                : "%s, %d MB in memory".formatted(heap, number(status, "resident") / MEGABYTE);
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(String.format(Locale.ROOT, "%n  %-9s  %s", name, value));
    }

    static long number(Map<String, @Nullable Object> status, String name) {
        return status.get(name) instanceof Number number ? number.longValue() : 0;
    }

    private static String age(long seconds) {
        if (seconds < 2 * MINUTE) {
            return seconds + " s";
        }
        if (seconds < 2 * HOUR) {
            return seconds / MINUTE + " min";
        }
        return seconds < 2 * DAY ? seconds / HOUR + " h" : seconds / DAY + " days";
    }
}
