package io.nanite.cli;

import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A fabric as a table.
 *
 * @param order what the agents are sorted by
 * @param reversed whether the last one stands first
 * @param filter agents with this in their name, their tags or their services; empty for all
 * @param services whether services are shown instead of agents
 */
record TopTable(Order order, boolean reversed, String filter, boolean services) {

    /** What agents can be sorted by, each with its key. */
    enum Order {
        AGENT('a', Comparator.comparing(Row::name)),
        STATUS('l', Comparator.comparingDouble(Row::load).reversed()),
        BUSY('b', Comparator.comparingDouble(Row::share).reversed()),
        PING('p', Comparator.comparingLong(Row::pingOrLast).reversed()),
        HEARD('h', Comparator.comparing(Row::silentFor).reversed()),
        RATE('j', Comparator.comparingDouble(Row::rateOrLast).reversed()),
        QUEUED('w', Comparator.comparingInt(Row::queuedOrLast).reversed());

        private final char key;

        @SuppressWarnings("ImmutableEnumChecker") // a comparator of records has no state
        private final Comparator<Row> comparator;

        Order(char key, Comparator<Row> comparator) {
            this.key = key;
            this.comparator = comparator;
        }

        static @Nullable Order of(int key) {
            for (Order order : values()) {
                if (order.key == key) {
                    return order;
                }
            }
            return null;
        }
    }

    /**
     * An agent, as it is shown.
     *
     * @param rate how many jobs it does in a second; null if that is not known
     * @param queued how many messages wait in its queue, without those that it has; null if that is not known
     * @param ping how long it took to answer; null if that is not known
     */
    record Row(
            String name,
            boolean suspect,
            double load,
            int busy,
            int slots,
            @Nullable Double rate,
            @Nullable Integer queued,
            @Nullable Duration ping,
            Duration silentFor,
            List<String> tags,
            List<String> services) {

        Row {
            tags = List.copyOf(tags);
            services = List.copyOf(services);
        }

        double share() {
            return slots == 0 ? 0 : (double) busy / slots;
        }

        double rateOrLast() {
            return rate == null ? -1 : rate;
        }

        int queuedOrLast() {
            return queued == null ? -1 : queued;
        }

        long pingOrLast() {
            return ping == null ? -1 : ping.toNanos();
        }

        boolean has(String text) {
            return name.contains(text)
                    || tags.stream().anyMatch(tag -> tag.contains(text))
                    || services.stream().anyMatch(service -> service.contains(text));
        }

        Map<String, @Nullable Object> everything() {
            Map<String, @Nullable Object> all = new LinkedHashMap<>();
            all.put("agent", name);
            all.put("state", suspect ? "suspect" : "alive");
            all.put("status", Double.isFinite(load) ? load : null);
            all.put("busy", busy);
            all.put("slots", slots);
            all.put("jobs_per_s", rate);
            all.put("queued", queued);
            all.put("ping_ms", ping == null ? null : ping.toNanos() / 1e6);
            all.put("silent_ms", silentFor.toMillis());
            all.put("tags", tags);
            all.put("services", services);
            return all;
        }
    }

    /** The agents that are shown, in their order. */
    List<Row> shown(Collection<Row> rows) {
        Comparator<Row> comparator = order.comparator.thenComparing(Row::name);
        return rows.stream()
                .filter(row -> row.has(filter))
                .sorted(reversed ? comparator.reversed() : comparator)
                .toList();
    }

    /** What it is all about, in one line. */
    static String summary(Collection<Row> rows) {
        long suspects = rows.stream().filter(Row::suspect).count();
        int slots = rows.stream().mapToInt(Row::slots).sum();
        int busy = rows.stream().mapToInt(Row::busy).sum();
        long services =
                rows.stream().flatMap(row -> row.services().stream()).distinct().count();
        double rate = rows.stream()
                .filter(row -> row.rate() != null)
                .mapToDouble(Row::rateOrLast)
                .sum();
        int queued = rows.stream()
                .filter(row -> row.queued() != null)
                .mapToInt(Row::queuedOrLast)
                .sum();
        return String.format(
                Locale.ROOT,
                "%s%s, %d services, %d of %d slots busy, %.0f jobs/s, %d queued",
                ServicesCommand.counted(rows.size()),
                suspects == 0 ? "" : " (%d suspect)".formatted(suspects),
                services,
                busy,
                slots,
                rate,
                queued);
    }

    /** The table, its heading first. */
    List<String> lines(Collection<Row> rows) {
        return services ? serviceLines(shown(rows)) : agentLines(shown(rows));
    }

    private List<String> agentLines(List<Row> rows) {
        int widest = Math.max(
                5, rows.stream().mapToInt(row -> row.name().length()).max().orElse(0));
        String line = "%-" + widest + "s  %-7s  %8s  %9s  %7s  %7s  %9s  %9s  %-12s  %s";
        List<String> lines = new ArrayList<>();
        lines.add(String.format(
                Locale.ROOT,
                line,
                "AGENT",
                "STATE",
                "STATUS",
                "BUSY",
                "JOBS/S",
                "QUEUED",
                "PING",
                "HEARD",
                "TAGS",
                "SERVICES"));
        for (Row row : rows) {
            Duration ping = row.ping();
            lines.add(String.format(
                    Locale.ROOT,
                    line,
                    row.name(),
                    row.suspect() ? "suspect" : "alive",
                    Double.isFinite(row.load()) ? String.format(Locale.ROOT, "%.2f", row.load()) : "unknown",
                    row.slots() == 0 ? "-" : row.busy() + "/" + row.slots(),
                    row.rate() == null ? "-" : String.format(Locale.ROOT, "%.1f", row.rateOrLast()),
                    row.queued() == null ? "-" : row.queuedOrLast(),
                    ping == null ? "-" : ConsoleCommand.readable(ping),
                    ConsoleCommand.readable(row.silentFor()),
                    row.tags().isEmpty() ? "-" : Printable.of(String.join(",", row.tags())),
                    row.services().size()));
        }
        return lines;
    }

    private static List<String> serviceLines(List<Row> rows) {
        Map<String, List<Row>> byService = new TreeMap<>();
        rows.forEach(row -> row.services().forEach(service -> byService
                .computeIfAbsent(service, path -> new ArrayList<>())
                .add(row)));
        int widest = Math.max(
                7, byService.keySet().stream().mapToInt(String::length).max().orElse(0));
        String line = "%-" + widest + "s  %6s  %11s  %s";
        List<String> lines = new ArrayList<>();
        lines.add(String.format(Locale.ROOT, line, "SERVICE", "AGENTS", "FREE SLOTS", "WHO"));
        byService.forEach((service, who) -> lines.add(String.format(
                Locale.ROOT,
                line,
                service,
                who.size(),
                who.stream()
                        .mapToInt(row -> Math.max(0, row.slots() - row.busy()))
                        .sum(),
                who.stream().map(Row::name).collect(Collectors.joining(" ")))));
        return lines;
    }

    /** Everything, for programs. */
    Map<String, Object> everything(Collection<Row> rows) {
        return Map.of("agents", shown(rows).stream().map(Row::everything).toList());
    }

    static List<String> paths(Collection<Service> services) {
        return services.stream().map(Service::path).sorted().toList();
    }
}
