package io.nanite.admin;

import io.nanite.mapper.Departure;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;

/** Says in one sentence whether all is well and, of everything that is not, what it is, why, and what can be done. Pure. */
final class Judge {

    static final String OK = "ok";
    static final String WARN = "warn";
    static final String BAD = "bad";

    /** Fewer failures in a minute are somebody's mistake, and not the service's. */
    private static final int FEW = 3;

    private static final double MANY_FAIL = 0.5;
    private static final double SOME_FAIL = 0.1;

    /** More of one kind are counted in one finding. */
    private static final int MOST_OF_A_KIND = 20;

    private Judge() {}

    static Answers.Judgement judge(FabricState state) {
        List<Answers.Finding> findings = new ArrayList<>();
        broker(state, findings);
        unread(state, findings);
        agents(state, findings);
        services(state, findings);
        queues(state, findings);
        findings.sort(Comparator.comparing(finding -> finding.level().equals(BAD) ? 0 : 1));
        if (findings.isEmpty()) {
            return new Answers.Judgement(state.at(), OK, allWell(state), List.of());
        }
        Answers.Finding first = findings.get(0);
        int others = findings.size() - 1;
        String sentence = first.sentence()
                + (others == 0
                        ? "."
                        : "; and %d more %s to look at.".formatted(others, others == 1 ? "thing" : "things"));
        return new Answers.Judgement(state.at(), first.level(), sentence, findings);
    }

    private static String allWell(FabricState state) {
        long ready =
                state.agents().stream().filter(each -> each.departure() == null).count();
        return ready == 1
                ? "1 agent is here, and it answers."
                : "%d agents are here, and all of them answer.".formatted(ready);
    }

    private static void broker(FabricState state, List<Answers.Finding> findings) {
        if (!state.connected()) {
            findings.add(new Answers.Finding(
                    BAD,
                    "The broker cannot be reached: nothing is sent, and what is shown of agents is old",
                    "the connection is gone; it is tried again every few seconds",
                    new Answers.Subject("broker", "broker"),
                    new Answers.Action("Look at the broker", "/queues")));
        }
        for (String alarm : state.alarms()) {
            findings.add(new Answers.Finding(
                    BAD,
                    "The broker has an alarm: " + alarm,
                    "while it lasts the broker takes no new messages",
                    new Answers.Subject("broker", "broker"),
                    new Answers.Action("Look at the broker", "/queues")));
        }
    }

    private static void unread(FabricState state, List<Answers.Finding> findings) {
        long all = state.unread().values().stream().mapToLong(Long::longValue).sum();
        if (all > 0) {
            String reasons = state.unread().entrySet().stream()
                    .map(entry -> "%s %d".formatted(entry.getKey(), entry.getValue()))
                    .collect(Collectors.joining(", "));
            findings.add(new Answers.Finding(
                    WARN,
                    "%d %s refused unread in the last ten minutes: %s"
                            .formatted(all, all == 1 ? "packet was" : "packets were", reasons),
                    "somebody speaks as another, or without a certificate that counts; the log says who was first",
                    new Answers.Subject("broker", "packets"),
                    new Answers.Action("Look at the agents", "/agents")));
        }
    }

    private static void agents(FabricState state, List<Answers.Finding> findings) {
        int before = findings.size();
        int dead = 0;
        int suspects = 0;
        long here = 0;
        for (Fleet.Member member : state.agents()) {
            Departure departure = member.departure();
            String agentState = member.line().state();
            if (departure == null) {
                here++;
            }
            if (departure != null && agentState.equals("dead")) {
                if (++dead <= MOST_OF_A_KIND) {
                    findings.add(died(departure, state.at()));
                }
            } else if (agentState.equals("suspect") && ++suspects <= MOST_OF_A_KIND) {
                findings.add(suspected(member, state.at()));
            }
        }
        if (dead > MOST_OF_A_KIND || suspects > MOST_OF_A_KIND) {
            findings.add(new Answers.Finding(
                    BAD,
                    "%d agents went away without a word, and %d are silent".formatted(dead, suspects),
                    "so many at once have one cause: their machines, or the network",
                    new Answers.Subject("agent", "all"),
                    new Answers.Action("Look at the agents", "/agents?state=dead")));
        }
        if (here == 0 && findings.size() == before && state.connected()) {
            findings.add(new Answers.Finding(
                    WARN,
                    "No agent is here",
                    "none has registered; start one: nanite-agent --token fred -n examples/simpleagent",
                    new Answers.Subject("agent", "all"),
                    new Answers.Action("Look at the agents", "/agents")));
        }
    }

    private static Answers.Finding died(Departure departure, Instant at) {
        String name = departure.agent().identity().name();
        int open = departure.agent().inFlight();
        int left = open - departure.moved();
        String work = open == 0
                ? "it had no requests of this mapper to do"
                : left == 0
                        ? "%s given to others".formatted(its(open))
                        : departure.moved() == 0
                                ? "%s for somebody who can do them".formatted(its(open, "waits", "wait"))
                                : "%d of its %d requests were given to others, the rest wait"
                                        .formatted(departure.moved(), open);
        return new Answers.Finding(
                BAD,
                "%s went away without a word %s ago; %s".formatted(name, age(departure.at(), at), work),
                "its process was killed or has crashed, or its machine or network is gone",
                new Answers.Subject("agent", name),
                new Answers.Action("See its requests", "/requests?agent=" + encoded(name)));
    }

    private static String its(int requests) {
        return its(requests, "was", "were");
    }

    private static String its(int requests, String one, String many) {
        return requests == 1 ? "its 1 request " + one : "its %d requests %s".formatted(requests, many);
    }

    private static Answers.Finding suspected(Fleet.Member member, Instant at) {
        String name = member.line().name();
        return new Answers.Finding(
                WARN,
                "%s has been silent for %s and gets no new work until it speaks"
                        .formatted(name, age(member.line().heardAt(), at)),
                "it hangs, its machine is overloaded, or it has lost its connection",
                new Answers.Subject("agent", name),
                new Answers.Action("Look at " + name, "/agents/" + encoded(name)));
    }

    private static void services(FabricState state, List<Answers.Finding> findings) {
        List<Answers.Finding> failing = new ArrayList<>();
        state.lastMinute().forEach((service, window) -> {
            double rate = window.errors() / (double) window.requests();
            if (window.errors() >= FEW && rate >= SOME_FAIL) {
                failing.add(new Answers.Finding(
                        rate >= MANY_FAIL ? BAD : WARN,
                        "%d of the last %d requests for %s failed"
                                .formatted(window.errors(), window.requests(), service),
                        "its actors throw, or take too long, or nobody offers it; the requests say which",
                        new Answers.Subject("service", service),
                        new Answers.Action("See what failed", "/requests?state=failed&service=" + encoded(service))));
            }
        });
        findings.addAll(failing.subList(0, Math.min(failing.size(), MOST_OF_A_KIND)));
    }

    private static void queues(FabricState state, List<Answers.Finding> findings) {
        Integer parked = state.parked();
        if (parked != null && parked > 0) {
            findings.add(new Answers.Finding(
                    WARN,
                    parked == 1 ? "1 letter is parked" : "%d letters are parked".formatted(parked),
                    "agents could not read them, refused them or failed too often; each says why",
                    new Answers.Subject("parking", "dead-letter"),
                    new Answers.Action("Open the parking lot", "/parking")));
        }
        Integer waiting = state.waiting();
        if (waiting != null && waiting > 0) {
            findings.add(new Answers.Finding(
                    WARN,
                    waiting == 1
                            ? "1 request waits for an agent that can do it"
                            : "%d requests wait for an agent that can do them".formatted(waiting),
                    "no agent that is here offers their services",
                    new Answers.Subject("offline", "mapper-offline"),
                    new Answers.Action("See what waits", "/offline")));
        }
    }

    /** As somebody says it, and the same for some seconds. */
    static String age(Instant then, Instant now) {
        long seconds = Math.max(0, Duration.between(then, now).toSeconds());
        return seconds < 60 ? seconds + " s" : seconds < 3600 ? seconds / 60 + " min" : seconds / 3600 + " h";
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
