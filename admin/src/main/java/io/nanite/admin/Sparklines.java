package io.nanite.admin;

import io.nanite.mapper.AgentView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How loaded each agent was in the last quarter of an hour. Bounded; in memory alone. Guarded by itself. */
final class Sparklines {

    static final int STEP_SECONDS = 5;
    static final int POINTS = 15 * 60 / STEP_SECONDS;
    static final int MOST_AGENTS = 5000;

    private final Map<String, Line> lines = new HashMap<>();
    private long lastStep = Long.MIN_VALUE;

    private static final class Line {

        final float[] load = new float[POINTS];
        final float[] inFlight = new float[POINTS];
        private long newest;

        Line(long step) {
            Arrays.fill(load, Float.NaN);
            Arrays.fill(inFlight, Float.NaN);
            newest = step - 1;
        }

        void put(long step, float newLoad, float newInFlight) {
            for (long gap = Math.max(newest + 1, step - POINTS + 1); gap < step; gap++) {
                load[index(gap)] = Float.NaN;
                inFlight[index(gap)] = Float.NaN;
            }
            load[index(step)] = newLoad;
            inFlight[index(step)] = newInFlight;
            newest = step;
        }

        List<@Nullable Float> last(float[] values, long until) {
            List<@Nullable Float> last = new ArrayList<>(POINTS);
            for (long step = until - POINTS + 1; step <= until; step++) {
                boolean known = step <= newest && step > newest - POINTS;
                last.add(known ? History.number(values[index(step)]) : null);
            }
            return last;
        }

        private static int index(long step) {
            return (int) Math.floorMod(step, (long) POINTS);
        }
    }

    /** Remembers how loaded they are, once in five seconds. */
    synchronized void look(long second, List<AgentView> agents) {
        long step = Math.floorDiv(second, STEP_SECONDS);
        if (step == lastStep) {
            return;
        }
        lastStep = step;
        lines.values().removeIf(line -> line.newest <= step - POINTS);
        for (AgentView agent : agents) {
            Line line = lines.get(agent.identity().name());
            if (line == null) {
                if (lines.size() >= MOST_AGENTS) {
                    continue;
                }
                line = new Line(step);
                lines.put(agent.identity().name(), line);
            }
            double load = agent.status().load();
            line.put(step, Double.isFinite(load) ? (float) load : Float.NaN, agent.inFlight());
        }
    }

    /** Of these agents; what is not known of is left out. */
    synchronized Answers.AgentLines of(Collection<String> names, Instant at) {
        long until = Math.floorDiv(at.getEpochSecond(), STEP_SECONDS) - 1; // the step of now is not whole
        Map<String, Answers.AgentLine> known = new TreeMap<>();
        for (String name : names) {
            Line line = lines.get(name);
            if (line != null) {
                known.put(name, new Answers.AgentLine(line.last(line.load, until), line.last(line.inFlight, until)));
            }
        }
        return new Answers.AgentLines(
                at, STEP_SECONDS * 1000L, Instant.ofEpochSecond((until - POINTS + 1) * STEP_SECONDS), known);
    }
}
