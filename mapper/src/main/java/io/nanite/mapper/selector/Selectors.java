package io.nanite.mapper.selector;

import io.nanite.core.ConfigException;
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

    private final Map<String, Selector> byName;

    private Selectors(Map<String, Selector> byName) {
        this.byName = Map.copyOf(byName);
    }

    /** {@code least_loaded}, {@code random}, {@code rr} and {@code all}. */
    public static Selectors standard(RandomGenerator random) {
        return new Selectors(Map.of(
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
        return new Selectors(more);
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
