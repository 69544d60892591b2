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

    /** What {@link #select} would choose now, asked by somebody who only wants to know: nothing moves on. */
    default List<? extends Candidate> preview(Demand demand, List<? extends Candidate> able) {
        return select(demand, able);
    }

    /** What this selector compares of a candidate, in words for people; empty where it compares nothing. */
    default String figures(Candidate candidate) {
        return "";
    }
}
