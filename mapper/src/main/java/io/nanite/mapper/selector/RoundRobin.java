package io.nanite.mapper.selector;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** One agent behind the other, for each service and set of tags on its own. */
final class RoundRobin implements Selector {

    private static final int MOST_CURSORS = 10_000;

    private final Map<Demand, AtomicInteger> cursors = new ConcurrentHashMap<>();

    @Override
    public List<? extends Candidate> select(Demand demand, List<? extends Candidate> able) {
        AtomicInteger cursor = cursors.get(demand);
        if (cursor == null) {
            if (cursors.size() >= MOST_CURSORS) {
                cursors.clear(); // somebody makes up tags: starting over is fairer than growing for ever
            }
            cursor = cursors.computeIfAbsent(demand, unused -> new AtomicInteger());
        }
        return at(cursor.getAndIncrement(), able);
    }

    @Override
    public List<? extends Candidate> preview(Demand demand, List<? extends Candidate> able) {
        AtomicInteger cursor = cursors.get(demand);
        return at(cursor == null ? 0 : cursor.get(), able);
    }

    private static List<? extends Candidate> at(int cursor, List<? extends Candidate> able) {
        return List.of(able.get(Math.floorMod(cursor, able.size())));
    }
}
