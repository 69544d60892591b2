package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.Instruction;
import io.nanite.mapper.Mapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** What agents can be told to do with themselves. The server's threads do not wait for them. */
final class AgentRoutes {

    private static final Set<String> LEVELS = new TreeSet<>(Set.of("error", "warn", "info", "debug", "trace"));
    private static final String AGENT = Api.V1 + "/agents/{name}";

    private final Mapper mapper;
    private final Views views;
    private final Quarantine quarantine;
    private final Body body;
    private final TimeSource time;

    AgentRoutes(Mapper mapper, Views views, Quarantine quarantine, Body body, TimeSource time) {
        this.mapper = mapper;
        this.views = views;
        this.quarantine = quarantine;
        this.body = body;
        this.time = time;
    }

    List<Route> all() {
        return List.of(
                telling("drain", "has an agent take no more work", http -> tell(http, Instruction.DRAIN)),
                telling("resume", "has an agent take work again", this::resume),
                telling("ping", "asks an agent whether it is there", this::ping),
                telling("threads", "asks an agent what its threads do", http -> tell(http, Instruction.THREADS)),
                telling("quarantine", "drains an agent now and whenever it registers", this::quarantine)
                        .needing(Role.ADMIN),
                telling("release", "has an agent work again that was quarantined", this::release)
                        .needing(Role.ADMIN),
                telling("log-level", "has the log of an agent say more or less", this::logLevel)
                        .taking(Answers.LogLevel.class)
                        .needing(Role.ADMIN));
    }

    private static Route telling(String what, String summary, io.javalin.http.Handler handler) {
        return Route.post("%s/%s".formatted(AGENT, what), what, summary, null, Answers.Told.class, handler)
                .answering(200)
                .failing(400, 403, 404, 409, 503, 504);
    }

    private Identity agent(Context http) {
        Identity agent = Parts.agent(http.pathParam("name"));
        Door.note(http, agent.name());
        return agent;
    }

    /** One that is known here; throws {@link ProblemException} otherwise. */
    private Identity known(Context http) {
        Identity agent = agent(http);
        views.agent(agent.name());
        return agent;
    }

    private void tell(Context http, Instruction instruction) {
        answer(http, known(http), instruction, value -> value);
    }

    private void resume(Context http) {
        Identity agent = known(http);
        refuseQuarantined(agent.name());
        answer(http, agent, Instruction.RESUME, value -> value);
    }

    private void refuseQuarantined(String name) {
        if (quarantine.holds(name)) {
            throw new ProblemException(409, "%s: is quarantined (expected: one that was released)".formatted(name));
        }
    }

    private void ping(Context http) {
        long asked = time.nanos();
        answer(http, known(http), Instruction.PING, value -> {
            Map<String, @Nullable Object> pong = new TreeMap<>();
            pong.put("answer", value);
            pong.put("millis", Duration.ofNanos(time.nanos() - asked).toNanos() / 1e6);
            return pong;
        });
    }

    private void logLevel(Context http) {
        Identity agent = known(http);
        @Nullable String level = body.read(http, Answers.LogLevel.class).level();
        if (level == null || !LEVELS.contains(level)) {
            throw new ProblemException(400, "level: %s (expected: one of %s)".formatted(level, LEVELS));
        }
        Door.note(http, agent.name() + " " + level);
        answer(http, agent, Instruction.logLevel(level), value -> value);
    }

    private void quarantine(Context http) {
        Identity agent = agent(http);
        quarantine.add(agent.name());
        orWhenItComes(http, agent, Instruction.DRAIN, "is not here; will be drained when it comes");
    }

    private void release(Context http) {
        Identity agent = agent(http);
        if (!quarantine.remove(agent.name())) {
            throw new ProblemException(404, "agent: %s (expected: one that is quarantined)".formatted(agent.name()));
        }
        orWhenItComes(http, agent, Instruction.RESUME, "is not here; will work when it comes");
    }

    private void orWhenItComes(Context http, Identity agent, Instruction instruction, String absent) {
        http.future(
                () -> mapper.instruct(agent, instruction).toCompletableFuture().thenAccept(outcome -> {
                    if (outcome instanceof Outcome.Failure failure && unanswered(failure)) {
                        Json.answer(http, 200, new Answers.Told(views.now(), agent.name(), true, null, absent));
                    } else {
                        told(http, agent, outcome, value -> value);
                    }
                }));
    }

    private void answer(Context http, Identity agent, Instruction instruction, UnaryOperator<@Nullable Object> shown) {
        http.future(() -> mapper.instruct(agent, instruction)
                .toCompletableFuture()
                .thenAccept(outcome -> told(http, agent, outcome, shown)));
    }

    private void told(Context http, Identity agent, Outcome outcome, UnaryOperator<@Nullable Object> shown) {
        if (outcome instanceof Outcome.Failure failure) {
            if (unanswered(failure)) {
                Api.problem(http, 504, failure.message());
            } else {
                Json.answer(http, 200, new Answers.Told(views.now(), agent.name(), false, null, failure.message()));
            }
            return;
        }
        Object value = ((Outcome.Success) outcome).payload().value();
        Json.answer(http, 200, new Answers.Told(views.now(), agent.name(), true, shown.apply(value), null));
    }

    private static boolean unanswered(Outcome.Failure failure) {
        return failure.verdict() == Verdict.TIMEOUT || failure.verdict() == Verdict.LOST;
    }

    // ---- many at once

    Map<String, Bulk.Action> bulk() {
        Map<String, Bulk.Action> actions = new HashMap<>();
        actions.put("drain", new Bulk.Action(Role.OPERATOR, in("ready", "suspect"), all(Instruction.DRAIN)));
        actions.put("resume", new Bulk.Action(Role.OPERATOR, in("draining"), all(Instruction.RESUME)));
        actions.put("quarantine", new Bulk.Action(Role.ADMIN, in("ready", "suspect", "draining"), names -> {
            names.forEach(quarantine::add);
            return all(Instruction.DRAIN).apply(names);
        }));
        actions.put("release", new Bulk.Action(Role.ADMIN, in("quarantined"), names -> {
            names.forEach(quarantine::remove);
            return all(Instruction.RESUME).apply(names);
        }));
        return actions;
    }

    private Bulk.Targets in(String... states) {
        return query -> CompletableFuture.completedFuture(views.agents(AgentFilter.of(query)).agents().stream()
                .filter(agent -> Set.of(states).contains(agent.state()))
                .map(Answers.Agent::name)
                .toList());
    }

    private Bulk.Doing all(Instruction instruction) {
        return names -> {
            Map<String, String> errors = new ConcurrentHashMap<>();
            List<CompletableFuture<?>> told = new ArrayList<>();
            for (String name : names) {
                try {
                    CompletionStage<Outcome> answer = mapper.instruct(Identity.agent(name), instruction);
                    told.add(answer.thenAccept(outcome -> {
                                if (outcome instanceof Outcome.Failure failure) {
                                    errors.put(name, failure.message());
                                }
                            })
                            .toCompletableFuture());
                } catch (RuntimeException e) {
                    errors.put(name, String.valueOf(Sent.words(e)));
                }
            }
            return CompletableFuture.allOf(told.toArray(CompletableFuture[]::new))
                    .thenApply(unused -> errors);
        };
    }
}
