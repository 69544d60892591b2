package io.nanite.cli;

import io.nanite.core.ConfigException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** What a soak can break. */
enum SoakFault {
    AGENT_KILL,
    AGENT_STOP,
    MAPPER_KILL,
    LINK_BLACK,
    LINK_RESET,
    LINK_STALL,
    BROKER_STOP,
    BROKER_KILL;

    private static final Set<SoakFault> OF_A_BROKER = EnumSet.of(BROKER_STOP, BROKER_KILL);
    private static final String FLAG = "--faults";

    /** As it is typed. */
    String flag() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All that can be broken: a broker only if it is ours. */
    private static Set<SoakFault> possible(boolean ownRabbit) {
        return ownRabbit ? EnumSet.allOf(SoakFault.class) : EnumSet.complementOf(EnumSet.copyOf(OF_A_BROKER));
    }

    /** Those of these names, or of none all that are possible; throws {@link ConfigException} for one that is not. */
    static Set<SoakFault> named(Collection<String> names, boolean ownRabbit) {
        Set<SoakFault> possible = possible(ownRabbit);
        if (names.isEmpty()) {
            return possible;
        }
        Set<SoakFault> chosen = EnumSet.noneOf(SoakFault.class);
        for (String name : names) {
            SoakFault fault = named(name);
            if (!possible.contains(fault)) {
                throw ConfigException.of(FLAG, name, "one of " + flags(possible) + " without --own-rabbitmq");
            }
            chosen.add(fault);
        }
        return chosen;
    }

    private static SoakFault named(String name) {
        Set<SoakFault> all = EnumSet.allOf(SoakFault.class);
        return all.stream()
                .filter(fault -> fault.flag().equals(name))
                .findFirst()
                .orElseThrow(() -> ConfigException.of(
                        FLAG,
                        name,
                        "such as "
                                + Nearest.to(
                                        name, all.stream().map(SoakFault::flag).collect(Collectors.toSet()))));
    }

    private static String flags(Set<SoakFault> faults) {
        return faults.stream().map(SoakFault::flag).collect(Collectors.joining(", "));
    }
}
