package io.nanite.faulttest;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.Secret;
import io.nanite.faultkit.Ledger;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** An agent that acks what it gets before it has done it. Takes some of the options of the agents of a soak. */
final class NaiveAgent {

    private NaiveAgent() {}

    /** Writes down what it does. */
    @Actor
    static final class Soaked {

        private final Ledger ledger;

        Soaked(Ledger ledger) {
            this.ledger = ledger;
        }

        /** See the actor of {@code nanite soak}. */
        record Work(String id, int millis) {}

        @Expose
        String slow(Work work) {
            ledger.started(work.id());
            LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(work.millis()));
            ledger.finished(work.id());
            return work.id();
        }

        @Expose
        String quick(Work work) {
            ledger.started(work.id());
            ledger.finished(work.id());
            return work.id();
        }
    }

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        String name = options.getOrDefault("-t", "");
        Ledger ledger = Ledger.open(
                Path.of(options.getOrDefault("--ledger", "")),
                "nanite-" + name + "-" + ProcessHandle.current().pid());
        RabbitConfig config = RabbitConfig.at(
                        "127.0.0.1", Integer.parseInt(options.getOrDefault("-P", "")), "nanite", new Secret("testing"))
                .withVirtualHost(options.getOrDefault("-v", ""))
                .withName(name);
        Agent agent = Agent.start(
                AgentConfig.named(name).withSlots(8).withPingTime(Duration.ofSeconds(1)),
                new EarlySettling(new RabbitTransport(config)),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(new Soaked(ledger), "soak");
                    }
                });
        Runtime.getRuntime().addShutdownHook(new Thread(agent::close));
        System.out.println("soak-agent ready");
        agent.awaitClose();
    }
}
