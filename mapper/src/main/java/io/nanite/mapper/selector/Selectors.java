package io.nanite.mapper.selector;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Status;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.random.RandomGenerator;

/** The selectors that a mapper knows, by the names that stand on the wire: a closed set, plus those added here. */
public final class Selectors {

    /** The one that a request uses which names none. */
    public static final String LEAST_LOADED = "least_loaded";

    public static final String RANDOM = "random";
    public static final String ROUND_ROBIN = "rr";
    public static final String ALL = "all";

    private final RandomGenerator random;
    private final Map<String, Selector> byName;

    private Selectors(RandomGenerator random, Map<String, Selector> byName) {
        this.random = random;
        this.byName = Map.copyOf(byName);
    }

    /** {@code least_loaded}, {@code random}, {@code rr} and {@code all}. */
    public static Selectors standard(RandomGenerator random) {
        return new Selectors(
                random,
                Map.of(
                        LEAST_LOADED,
                        new LeastLoaded(random),
                        RANDOM,
                        random(random),
                        ROUND_ROBIN,
                        new RoundRobin(),
                        ALL,
                        (demand, able) -> able));
    }

    /** These and one more; throws {@link ConfigException} if the name is taken or not 1-64 of {@code A-Za-z0-9_.-}. */
    public Selectors with(String name, Selector selector) {
        if (byName.containsKey(name) || !name.matches("[A-Za-z0-9_.-]{1,64}")) {
            throw ConfigException.of("selector", name, "a new name of 1-64 of A-Z a-z 0-9 _ . -");
        }
        Map<String, Selector> more = new TreeMap<>(byName);
        more.put(name, selector);
        return new Selectors(random, more);
    }

    /**
     * These, with a {@code least_loaded} for statuses that are no numbers: whose status comes first gets the work, until it
     * has as much of this mapper's as it runs at once; then the next. Who said nothing comes last, and is not compared.
     */
    public Selectors comparing(Comparator<? super Status> statuses) {
        Map<String, Selector> others = new TreeMap<>(byName);
        others.put(LEAST_LOADED, new FirstInOrder(random, statuses));
        return new Selectors(random, others);
    }

    public Optional<Selector> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** All names, sorted, for messages. */
    public SortedSet<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    private static Selector random(RandomGenerator random) {
        return (demand, able) -> List.of(able.get(random.nextInt(able.size())));
    }
}
