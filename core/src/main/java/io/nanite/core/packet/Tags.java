package io.nanite.core.packet;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * What tags mean to whoever wants them: an agent must carry all of them. One that is written {@code any(gpu|tpu)} is carried
 * by whoever carries one of those; to a reader that does not know it, it is a tag that nobody carries.
 */
public final class Tags {

    private static final String ANY = "any(";
    private static final String END = ")";
    private static final char OR = '|';

    /** As long as a tag may be on the wire. */
    private static final int LONGEST = 255;

    private Tags() {}

    /** Keeps what was given in its order, so that what is written is what was said. */
    static <T> Set<T> copyOf(Collection<T> given) {
        return given.size() < 2 ? Set.copyOf(given) : Collections.unmodifiableSet(new LinkedHashSet<>(given));
    }

    /**
     * The tag that whoever carries one of these carries: {@code any(gpu|tpu)}. Throws {@link IllegalArgumentException} for no
     * tags, an empty one, one with a {@code |} in it, and for more than 255 characters in all.
     */
    public static String any(Collection<String> tags) {
        String any = ANY + String.join("|", new LinkedHashSet<>(tags)) + END;
        boolean sayable = !tags.isEmpty()
                && tags.stream().noneMatch(tag -> tag.isEmpty() || tag.indexOf(OR) >= 0 || isAny(tag))
                && any.length() <= LONGEST;
        if (!sayable) {
            throw new IllegalArgumentException(
                    "any of the tags: %s (expected: at least one, none of them empty or with a |, 255 characters in all)"
                            .formatted(Printable.of(tags.toString())));
        }
        return any;
    }

    /** As above. */
    public static String any(String... tags) {
        return any(Arrays.asList(tags));
    }

    /** Whether this is a tag of the form {@code any(...)}, which nobody can be. */
    public static boolean isAny(String tag) {
        return tag.startsWith(ANY) && tag.endsWith(END);
    }

    /** Whether an agent with certain tags carries all of these. Looks at them once, to be asked about many agents. */
    public static Predicate<Set<String>> all(Set<String> wanted) {
        Set<String> plain = new LinkedHashSet<>();
        List<List<String>> alternatives = new ArrayList<>(0);
        for (String tag : wanted) {
            if (isAny(tag)) {
                alternatives.add(alternatives(tag));
            } else {
                plain.add(tag);
            }
        }
        return alternatives.isEmpty()
                ? carried -> carried.containsAll(wanted)
                : carried -> carried.containsAll(plain)
                        && alternatives.stream().allMatch(these -> !Collections.disjoint(carried, these));
    }

    /** Those that an agent with these tags does not carry, sorted. */
    public static Set<String> missing(Set<String> wanted, Set<String> carried) {
        Set<String> missing = new TreeSet<>();
        for (String tag : wanted) {
            boolean carries = isAny(tag) ? !Collections.disjoint(carried, alternatives(tag)) : carried.contains(tag);
            if (!carries) {
                missing.add(tag);
            }
        }
        return missing;
    }

    private static List<String> alternatives(String any) {
        String inside = any.substring(ANY.length(), any.length() - END.length());
        return Arrays.asList(inside.split("\\|", -1));
    }
}
