package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Payload;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.TestBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** Agents and mappers of this process, at one broker, directly or through a proxy. All are closed with it. */
final class Fabric implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);
    static final String ECHO = "/chore/echo";

    /** The shortest that a whole number of seconds can say, and long enough for a machine that is busy. */
    static final Duration HEARTBEAT = Duration.ofSeconds(2);

    private final TestBroker broker;
    private final List<AutoCloseable> open = new ArrayList<>();

    Fabric(TestBroker broker) {
        this.broker = broker;
    }

    /** What the agents here can do. */
    static final class Chore {

        final AtomicInteger executions = new AtomicInteger();
        final CountDownLatch gate = new CountDownLatch(1);

        @Expose
        Payload echo(Payload payload) {
            executions.incrementAndGet();
            return payload;
        }

        /** Ends when the gate opens. */
        @Expose
        Payload wait(Payload payload) throws InterruptedException {
            executions.incrementAndGet();
            gate.await();
            return payload;
        }
    }

    RabbitConfig login(String user, String name) {
        return RabbitConfig.of(broker.uri(user)).withName(name).withHeartbeat(HEARTBEAT);
    }

    RabbitConfig login(String user, String name, int port) {
        RabbitConfig direct = login(user, name);
        return RabbitConfig.at("127.0.0.1", port, user, direct.password())
                .withVirtualHost(direct.virtualHost())
                .withName(name)
                .withHeartbeat(HEARTBEAT);
    }

    Agent agent(String name, Chore chore) {
        return agent(name, chore, login("nanite", name));
    }

    Agent agent(String name, Chore chore, RabbitConfig where) {
        Agent agent = Agent.start(
                AgentConfig.named(name)
                        .withGrace(Duration.ofSeconds(1))
                        .withPingTime(Duration.ofMillis(500))
                        .withVirtualThreads(false),
                new RabbitTransport(where),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(chore);
                    }
                });
        open.add(agent);
        return agent;
    }

    Mapper mapper(String name, int agents) throws InterruptedException {
        return mapper(MapperConfig.named(name), login("mapper", name), agents);
    }

    Mapper mapper(MapperConfig config, RabbitConfig where, int agents) throws InterruptedException {
        Mapper mapper = Mapper.start(config, new RabbitTransport(where));
        open.add(mapper);
        assertThat(mapper.awaitService(ECHO, agents, PATIENCE)).isTrue();
        return mapper;
    }

    void alsoClose(AutoCloseable closeable) {
        open.add(closeable);
    }

    @Override
    public void close() {
        for (int i = open.size() - 1; i >= 0; i--) {
            try {
                open.get(i).close();
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }
    }
}
