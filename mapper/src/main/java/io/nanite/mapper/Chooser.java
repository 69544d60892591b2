package io.nanite.mapper;

import io.nanite.core.NaniteException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Tags;
import io.nanite.mapper.selector.Candidate;
import io.nanite.mapper.selector.Demand;
import io.nanite.mapper.selector.Selector;
import io.nanite.mapper.selector.Selectors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Finds the agents for a call, and says why it is these. Reads the registry; any thread. */
final class Chooser {

    /** After so many agents that turned out to be gone a call is not given to another. */
    private static final int MOST_GONE = 3;

    private final MapperConfig config;
    private final TimeSource time;
    private final Registry registry;
    private final Selectors selectors;

    /** Until then who seems gone may be on its way back. Written by the loop. */
    private volatile long returning;

    Chooser(MapperConfig config, TimeSource time, Registry registry, Selectors selectors) {
        this.config = config;
        this.time = time;
        this.registry = registry;
        this.selectors = selectors;
        returning = time.nanos();
    }

    /** An outage that may have hit everybody is over: for so long agents come back one by one. On the loop. */
    void awaitReturns(Duration atMost) {
        returning = time.nanos() + atMost.toNanos();
    }

    /** Whether an agent that does not answer may be on its way back. */
    boolean awaitsReturns() {
        return time.nanos() - returning < 0;
    }

    /** Whether a call that nobody can serve waits until somebody can. All of nobody has nobody to wait for. */
    boolean mayWait(CallOptions options) {
        boolean wanted = options.offlineFailsafe() == null ? config.offlineFailsafe() : options.offlineFailsafe();
        return wanted && options.target() == null && !options.selector().equals(Selectors.ALL);
    }

    /** Whether a selector of this name exists. */
    boolean knows(String selector) {
        return selectors.named(selector).isPresent();
    }

    /** Whether a call finds somebody: its target, whatever that offers, or who may be given it now. */
    boolean finds(Service service, CallOptions options) {
        return options.target() != null
                ? registry.find(options.target()) != null
                : !registry.ready(service, options.tags()).isEmpty();
    }

    /** Whether this agent, in this life, is neither here nor about to finish what it has begun. */
    boolean isGone(AgentEntry agent) {
        return registry.find(agent.identity()) != agent && !agent.isLeaving();
    }

    /** Finds who shall do it; throws what the caller gets if nobody can. */
    List<AgentEntry> choose(Service service, CallOptions options, Set<Identity> not) {
        return choose(service, options, not, Selector::select);
    }

    /** How a selector is asked: to choose, or only what it would choose. */
    private interface Asking {
        List<? extends Candidate> ask(Selector selector, Demand demand, List<? extends Candidate> able);
    }

    private List<AgentEntry> choose(Service service, CallOptions options, Set<Identity> not, Asking asking) {
        if (options.target() != null) {
            return List.of(targeted(service, options.target()));
        }
        Selector selector = selectors
                .named(options.selector())
                .orElseThrow(() -> new UnknownSelectorException(
                        "selector: %s (expected: one of %s)".formatted(options.selector(), selectors.names())));
        List<AgentEntry> able = without(not, registry.ready(service, options.tags()));
        if (able.isEmpty() && awaitsReturns()) {
            able = without(not, registry.able(service, options.tags())); // its queue keeps it until it is back
        }
        if (able.isEmpty() || not.size() > MOST_GONE) {
            throw nobody(service, options, not);
        }
        List<AgentEntry> chosen = new ArrayList<>(1);
        try {
            for (Candidate candidate : asking.ask(selector, new Demand(service, options.tags()), able)) {
                chosen.add((AgentEntry) candidate);
            }
        } catch (RuntimeException e) {
            throw new HookFailedException("the selector " + options.selector(), e);
        }
        if (chosen.isEmpty()) {
            throw new NoAgentException("%s: the selector %s chose none of %d able agents"
                    .formatted(service, options.selector(), able.size()));
        }
        return chosen;
    }

    /** What a request would do now, without doing it. */
    Explanation explain(Service service, CallOptions options) {
        List<AgentEntry> chosen;
        String verdict;
        try {
            chosen = choose(service, options, Set.of(), Selector::preview);
            verdict = "%s to %s".formatted(service, names(chosen));
        } catch (NaniteException e) {
            chosen = List.of();
            verdict = mayWait(options) && e instanceof NoAgentException
                    ? "%s; it would wait offline".formatted(e.getMessage())
                    : String.valueOf(e.getMessage());
        }
        long now = time.nanos();
        List<Explanation.Considered> considered = new ArrayList<>();
        for (AgentEntry agent : considered(service, options)) {
            boolean isChosen = chosen.contains(agent);
            considered.add(
                    new Explanation.Considered(agent.view(now), isChosen, why(agent, isChosen, service, options)));
        }
        considered.sort(Comparator.comparing(one -> one.agent().identity()));
        return new Explanation(service, options.selectorOnTheWire(), considered, verdict);
    }

    private static String names(List<AgentEntry> agents) {
        return agents.stream().map(agent -> agent.identity().name()).sorted().collect(Collectors.joining(", "));
    }

    private Set<AgentEntry> considered(Service service, CallOptions options) {
        Set<AgentEntry> considered = new LinkedHashSet<>(registry.able(service, Set.of()));
        AgentEntry target = options.target() == null ? null : registry.find(options.target());
        if (target != null) {
            considered.add(target);
        }
        return considered;
    }

    private String why(AgentEntry agent, boolean chosen, Service service, CallOptions options) {
        if (options.target() != null) {
            return !agent.identity().equals(options.target())
                    ? "not the target"
                    : chosen ? "the target" : "the target, but does not offer %s".formatted(service);
        }
        Set<String> missing = Tags.missing(options.tags(), agent.tags());
        if (!missing.isEmpty()) {
            return "lacks the tags %s".formatted(missing);
        }
        if (agent.isSuspect() && !chosen) {
            return "silent for too long, or not connected: gets nothing new until it speaks";
        }
        String figures = figures(agent, options.selector());
        String result = chosen ? "chosen" : "not chosen";
        return figures.isEmpty() ? result : result + ": " + figures;
    }

    private String figures(AgentEntry agent, String selector) {
        try {
            return selectors.named(selector).map(one -> one.figures(agent)).orElse("");
        } catch (RuntimeException e) {
            return String.valueOf(new HookFailedException("the selector " + selector, e).getMessage());
        }
    }

    private AgentEntry targeted(Service service, Identity identity) {
        AgentEntry agent = registry.find(identity);
        if (agent == null) {
            throw unknownAgent(identity);
        }
        if (!agent.services().contains(service)) {
            throw new NoAgentException("%s does not offer %s (expected: one of %s)"
                    .formatted(identity, service, new TreeSet<>(agent.services())));
        }
        return agent;
    }

    static UnknownAgentException unknownAgent(Identity identity) {
        return new UnknownAgentException("target: %s (expected: a live agent)".formatted(identity));
    }

    private static List<AgentEntry> without(Set<Identity> not, List<AgentEntry> able) {
        return not.isEmpty()
                ? able
                : able.stream().filter(one -> !not.contains(one.identity())).toList();
    }

    private NoAgentException nobody(Service service, CallOptions options, Set<Identity> not) {
        int offering = registry.able(service, Set.of()).size();
        String why;
        if (!not.isEmpty()) {
            why = "no live agent but %s, gone meanwhile, offers it".formatted(not);
        } else if (offering == 0) {
            why = "no live agent offers it";
        } else if (options.tags().isEmpty()) {
            why = "%d offer it and do not answer at the moment".formatted(offering);
        } else {
            why = "%d offer it, none with all the tags %s".formatted(offering, new TreeSet<>(options.tags()));
        }
        return new NoAgentException("%s: %s".formatted(service, why));
    }
}
