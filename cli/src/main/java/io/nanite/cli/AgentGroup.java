package io.nanite.cli;

import io.nanite.agent.Agent;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The agents of one process, one or more: they start, drain and end together. */
final class AgentGroup {

    private static final Logger LOG = LoggerFactory.getLogger(AgentGroup.class);

    private final List<Agent> agents;

    AgentGroup(List<Agent> agents) {
        this.agents = List.copyOf(agents);
    }

    /** Starts one after the other; if one cannot start, none goes on. */
    void start() {
        try {
            agents.forEach(Agent::start);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Drains all at the same time, and returns when the last has ended. */
    void close() {
        agents.forEach(Agent::quiet);
        List<EventLoop> closing = new ArrayList<>();
        for (Agent agent : agents.subList(1, agents.size())) {
            EventLoop loop = new SingleThreadLoop(
                    agent.identity() + "-closing",
                    error -> LOG.error("{} could not be closed", agent.identity(), error));
            closing.add(loop);
            loop.execute(agent::close);
        }
        agents.get(0).close();
        try {
            awaitClose();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        closing.forEach(EventLoop::close);
    }

    /** Waits until all are closed, by whomever. */
    void awaitClose() throws InterruptedException {
        for (Agent agent : agents) {
            agent.awaitClose();
        }
    }

    void forEach(Consumer<Agent> action) {
        agents.forEach(action);
    }

    Agent first() {
        return agents.get(0);
    }
}
