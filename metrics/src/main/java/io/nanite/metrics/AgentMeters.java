package io.nanite.metrics;

import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.nanite.agent.Agent;
import java.util.concurrent.TimeUnit;

/** What an agent does, as meters: {@code nanite.agent.*}, with the name of the agent as a tag. */
public final class AgentMeters {

    private static final String PREFIX = "nanite.agent.";

    private AgentMeters() {}

    /** Adds the meters. Once for each agent and registry. */
    public static void bind(Agent agent, MeterRegistry registry) {
        Tags tags = Tags.of("agent", agent.identity().name());
        FunctionTimer.builder(
                        PREFIX + "job",
                        agent,
                        it -> it.tally().executed(),
                        it -> it.tally().micros(),
                        TimeUnit.MICROSECONDS)
                .description("calls of actors")
                .tags(tags)
                .register(registry);
        new Counters<>(registry, PREFIX, agent, tags)
                .gauge("busy", "slots that are taken", Agent::busy)
                .gauge("slots", "jobs at once", Agent::slots)
                .gauge("unfinished", "jobs taken and not finished", it -> it.unfinished()
                        .tokens()
                        .size())
                .count("failed", "calls of actors that threw", it -> it.tally().failed())
                .count("repeated", "jobs that came again and were not done again", it -> it.tally()
                        .repeated())
                .count("redelivered", "packets that were delivered before", it -> it.tally()
                        .redelivered())
                .count("refused", "jobs that the policy or the authorizer denied", it -> it.tally()
                        .refused())
                .count("expired", "jobs whose deadline had passed", it -> it.tally()
                        .expired())
                .count("cancelled", "jobs that nobody wanted any more", it -> it.tally()
                        .cancelled())
                .count("requeued", "jobs given back", it -> it.tally().requeued())
                .count("taken.apart", "messages that came again with several packets", it -> it.tally()
                        .takenApart())
                .count("dead.letters", "packets that could not be read or done", it -> it.tally()
                        .deadLettered())
                .count("returned", "answers that found no mapper", it -> it.tally()
                        .returned())
                .unread(agent.unread().keySet(), Agent::unread);
    }
}
