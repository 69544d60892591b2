package io.nanite.mapper.selector;

import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The agent with the least load: what it reported, plus what this mapper has given it since.
 *
 * <p>A report is up to a ping old. Sending everything to the lowest of them until the next ping would make a herd of all
 * work, so each request in flight counts as its share of the agent's slots, and each one sent since the report a little.
 * Among many candidates only a random handful is compared: the best of it is nearly the best of all, at a cost that does
 * not grow with the fabric (M. Mitzenmacher, "The Power of Two Choices in Randomized Load Balancing", 2001).
 */
final class LeastLoaded implements Selector {

    private static final int MOST_COMPARED = 64;
    private static final int HANDFUL = 8;

    /** What agents are taken to have that do not say: as many as the original's thread pool. */
    private static final int UNKNOWN_SLOTS = 20;

    /** So many sent since the report, for each slot, weigh as much as a whole point of load. */
    private static final double SENT_PER_SLOT = 100;

    private final RandomGenerator random;

    LeastLoaded(RandomGenerator random) {
        this.random = random;
    }

    @Override
    public List<? extends Candidate> select(Demand demand, List<? extends Candidate> able) {
        int size = able.size();
        boolean compareAll = size <= MOST_COMPARED;
        int compared = compareAll ? size : HANDFUL;
        int start = random.nextInt(size); // among equals nobody comes first
        Candidate best = null;
        double least = Double.POSITIVE_INFINITY;
        boolean bestSpoke = false;
        for (int i = 0; i < compared; i++) {
            Candidate candidate = able.get(compareAll ? (start + i) % size : random.nextInt(size));
            double load = candidate.status().load();
            boolean spoke = Double.isFinite(load);
            double score = given(candidate) + (spoke ? load : 0);
            if (isBetter(best, bestSpoke, least, spoke, score)) {
                best = candidate;
                bestSpoke = spoke;
                least = score;
            }
        }
        return best == null ? List.of() : List.of(best);
    }

    @Override
    public String figures(Candidate candidate) {
        double load = candidate.status().load();
        String given = givenInWords(candidate);
        return Double.isFinite(load)
                ? "load %.3f = %.3f reported + %.3f (%s)"
                        .formatted(load + given(candidate), load, given(candidate), given)
                : "load unknown, so behind all who report one; %.3f (%s)".formatted(given(candidate), given);
    }

    /** Who said nothing comparable about its load comes behind everyone who did. */
    private static boolean isBetter(
            @Nullable Candidate best, boolean bestSpoke, double least, boolean spoke, double score) {
        return best == null || (spoke == bestSpoke ? score < least : spoke);
    }

    /** What this mapper has given it, as the part of its slots that it takes. */
    static double given(Candidate candidate) {
        double slots = candidate.slots() > 0 ? candidate.slots() : UNKNOWN_SLOTS;
        return candidate.inFlight() / slots + candidate.sentSinceStatus() / (slots * SENT_PER_SLOT);
    }

    /** The same in words. */
    static String givenInWords(Candidate candidate) {
        return "%d in flight for %s slots, %d sent since it said so"
                .formatted(
                        candidate.inFlight(),
                        candidate.slots() > 0 ? candidate.slots() : "unknown",
                        candidate.sentSinceStatus());
    }

    /** All of these, or of many a random handful; among equals nobody comes first. */
    static List<Candidate> compared(RandomGenerator random, List<? extends Candidate> able) {
        int size = able.size();
        boolean compareAll = size <= MOST_COMPARED;
        int start = random.nextInt(size);
        List<Candidate> compared = new ArrayList<>(compareAll ? size : HANDFUL);
        for (int i = 0; i < (compareAll ? size : HANDFUL); i++) {
            compared.add(able.get(compareAll ? (start + i) % size : random.nextInt(size)));
        }
        return compared;
    }
}
