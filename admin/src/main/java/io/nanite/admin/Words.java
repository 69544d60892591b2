package io.nanite.admin;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Figures and times as people read them. Any thread. */
final class Words {

    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);

    static final String NONE = "–";

    private Words() {}

    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    static String count(long count, String one, String many) {
        return count(count) + " " + (count == 1 ? one : many);
    }

    /** With as many digits as say something. */
    static String number(double value) {
        if (!Double.isFinite(value)) {
            return NONE;
        }
        double size = Math.abs(value);
        return String.format(Locale.ROOT, size == 0 || size >= 100 ? "%,.0f" : size >= 10 ? "%.1f" : "%.2f", value);
    }

    static String percent(double part) {
        if (!Double.isFinite(part)) {
            return NONE;
        }
        return part == 0 ? "0 %" : String.format(Locale.ROOT, part < 0.1 ? "%.1f %%" : "%.0f %%", part * 100);
    }

    static String millis(double millis) {
        if (!Double.isFinite(millis)) {
            return NONE;
        }
        if (millis >= 60_000) {
            return span(Duration.ofMillis(Math.round(millis)));
        }
        return millis >= 1000
                ? String.format(Locale.ROOT, "%.2f s", millis / 1000)
                : String.format(
                        Locale.ROOT,
                        millis >= 10 || millis == 0 ? "%.0f ms" : millis >= 1 ? "%.1f ms" : "%.2f ms",
                        millis);
    }

    static String bytes(double bytes) {
        if (!Double.isFinite(bytes)) {
            return NONE;
        }
        return bytes < 1024
                ? String.format(Locale.ROOT, "%.0f B", bytes)
                : bytes < 1 << 20
                        ? String.format(Locale.ROOT, "%.1f KiB", bytes / 1024)
                        : String.format(Locale.ROOT, "%.1f MiB", bytes / (1 << 20));
    }

    static String span(Duration span) {
        long seconds = Math.max(0, span.toSeconds());
        if (seconds < 120) {
            return seconds + " s";
        }
        if (seconds < 7200) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " d";
    }

    static String clock(Instant time) {
        return CLOCK.format(time) + " UTC";
    }

    static String day(Instant time) {
        return DAY.format(time) + " UTC";
    }

    /** A time as how long ago it was, with the time itself behind it; a script counts on. */
    static Html ago(@Nullable Instant time, @Nullable Instant now) {
        if (time == null || now == null) {
            return Html.text(NONE);
        }
        Duration ago = Duration.between(time, now);
        return Html.el("time", ago.toMillis() < 1500 ? "now" : span(ago) + " ago")
                .with("datetime", time.toString())
                .with("title", day(time))
                .with("data-ago", "");
    }

    static Html time(@Nullable Instant time) {
        return time == null
                ? Html.text(NONE)
                : Html.el("time", clock(time)).with("datetime", time.toString()).with("title", day(time));
    }
}
