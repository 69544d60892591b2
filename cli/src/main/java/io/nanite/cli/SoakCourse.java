package io.nanite.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** What one process of a soak took in the course of its life. Safe for use by many threads. */
final class SoakCourse {

    private static final String ROW = "%-9s%9s  %-34s%-26s%s";
    private static final double MEBIBYTE = 1 << 20;
    private static final int THIRDS = 3;

    private final String process;
    private final List<SoakUsage> usages = new ArrayList<>();

    SoakCourse(String process) {
        this.process = process;
    }

    /** In the order in which they are taken. */
    synchronized void add(SoakUsage usage) {
        usages.add(usage);
    }

    /** What the columns of {@link #row} are. */
    static String header() {
        return ROW.formatted("process", "samples", "heap after GC, MiB", "threads", "descriptors");
    }

    /**
     * At first, in the middle third of its life and in the last, and how much came to it from that to this. Of a third it is
     * the median: what a single sample takes depends on what is in flight.
     */
    synchronized String row() {
        return ROW.formatted(
                process,
                usages.size(),
                course("%.1f", usage -> usage.heap() / MEBIBYTE),
                course("%.0f", SoakUsage::threads),
                course("%.0f", SoakUsage::descriptors));
    }

    private String course(String format, ToDoubleFunction<SoakUsage> figure) {
        if (usages.isEmpty()) {
            return "-";
        }
        double first = figure.applyAsDouble(usages.get(0));
        int third = usages.size() / THIRDS;
        double middle = median(usages.subList(third, Math.max(third + 1, usages.size() - third)), figure);
        double last = median(usages.subList(Math.min(usages.size() - third, usages.size() - 1), usages.size()), figure);
        String figures = String.join(", ", format, format, format).formatted(first, middle, last);
        return "%s (%+.1f %%)".formatted(figures, middle == 0 ? 0 : (last / middle - 1) * 100);
    }

    private static double median(List<SoakUsage> some, ToDoubleFunction<SoakUsage> figure) {
        double[] sorted = some.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
