package io.nanite.admin;

import io.nanite.core.packet.Verdict;
import java.util.ArrayList;
import java.util.List;

/** The names of what is remembered of each second, in their order, and how many seconds become one value. */
final class Series {

    /** The queues that every fabric has, whose depth is remembered. */
    static final List<String> QUEUES = List.of("dead-letter", "mapper-offline", "request");

    static final List<Series> ALL = all();

    private final String name;
    private final Fold fold;

    /** What becomes of several values. */
    private enum Fold {
        MEAN,
        LEAST,
        MOST
    }

    private Series(String name, Fold fold) {
        this.name = name;
        this.fold = fold;
    }

    private static List<Series> all() {
        List<Series> all = new ArrayList<>();
        for (Verdict verdict : Verdict.values()) {
            all.add(new Series("rate." + verdict.name(), Fold.MEAN));
        }
        all.add(new Series("rate.accepted", Fold.MEAN));
        all.add(new Series("rate.rejected", Fold.MEAN));
        all.add(new Series("latency.p50", Fold.MEAN));
        all.add(new Series("latency.p95", Fold.MOST));
        all.add(new Series("latency.p99", Fold.MOST));
        all.add(new Series("load.min", Fold.LEAST));
        all.add(new Series("load.median", Fold.MEAN));
        all.add(new Series("load.max", Fold.MOST));
        all.add(new Series("agents.alive", Fold.LEAST));
        all.add(new Series("agents.suspect", Fold.MOST));
        all.add(new Series("pending", Fold.MOST));
        QUEUES.forEach(queue -> all.add(new Series("queue.%s.ready".formatted(queue), Fold.MOST)));
        return List.copyOf(all);
    }

    String name() {
        return name;
    }

    /** One value of several; not a number if none of them is one. */
    float fold(List<float[]> rows, int column) {
        float folded = Float.NaN;
        int count = 0;
        for (float[] row : rows) {
            float value = row[column];
            if (Float.isNaN(value)) {
                continue;
            }
            count++;
            if (count == 1) {
                folded = value;
            } else {
                folded = switch (fold) {
                    case MEAN -> folded + (value - folded) / count;
                    case LEAST -> Math.min(folded, value);
                    case MOST -> Math.max(folded, value);
                };
            }
        }
        return folded;
    }
}
