package io.nanite.mapper.selector;

import java.util.List;

/**
 * Chooses among agents that can do the work. Called by many threads at once, for every request: be quick, do not block.
 */
@FunctionalInterface
public interface Selector {

    /**
     * The agents that shall do it: one, several for an answer from each, or none to refuse.
     *
     * @param able at least one; not to be changed
     */
    List<? extends Candidate> select(Demand demand, List<? extends Candidate> able);
}
