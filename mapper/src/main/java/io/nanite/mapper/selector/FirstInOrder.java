package io.nanite.mapper.selector;

import io.nanite.core.packet.Status;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The agent whose status comes first in an order that the user gave, for statuses that cannot be added to. A place in that
 * order weighs as much as all slots of an agent: so the first gets what it can run at once, and then the next, and no herd
 * forms between two reports. Of many candidates a random handful is compared, as {@link LeastLoaded} does.
 */
final class FirstInOrder implements Selector {

    private final RandomGenerator random;
    private final Comparator<? super Status> order;

    FirstInOrder(RandomGenerator random, Comparator<? super Status> order) {
        this.random = random;
        this.order = order;
    }

    @Override
    public List<? extends Candidate> select(Demand demand, List<? extends Candidate> able) {
        List<Placed> known = new ArrayList<>();
        List<Placed> unknown = new ArrayList<>();
        for (Candidate candidate : LeastLoaded.compared(random, able)) {
            // Its figures move meanwhile, and what is sorted must not.
            Placed placed = new Placed(candidate, candidate.status(), LeastLoaded.given(candidate));
            (placed.status().value() == null ? unknown : known).add(placed);
        }
        if (known.isEmpty()) {
            return List.of(least(unknown).candidate());
        }
        known.sort(Comparator.comparing(Placed::status, order));
        Placed best = known.get(0);
        double leastScore = best.given();
        int place = 0;
        for (int i = 1; i < known.size(); i++) {
            Placed one = known.get(i);
            if (order.compare(known.get(i - 1).status(), one.status()) != 0) {
                place++;
            }
            if (place + one.given() < leastScore) {
                best = one;
                leastScore = place + one.given();
            }
        }
        return List.of(best.candidate());
    }

    private record Placed(Candidate candidate, Status status, double given) {}

    private static Placed least(List<Placed> placed) {
        return placed.stream().min(Comparator.comparingDouble(Placed::given)).orElseThrow();
    }

    @Override
    public String figures(Candidate candidate) {
        Object status = candidate.status().value();
        return "%s (%s)"
                .formatted(
                        status == null
                                ? "status unknown, so behind all who report one"
                                : "status %s, in the order that was given".formatted(status),
                        LeastLoaded.givenInWords(candidate));
    }
}
