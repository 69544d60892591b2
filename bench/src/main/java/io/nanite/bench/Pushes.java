package io.nanite.bench;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentConfig.Ack;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** A mapper that pushes persistent jobs, each confirmed by the broker, and an agent that does them and acks. */
final class Pushes implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Agent agent;
    private final Mapper mapper;
    private final Service take;
    private final Taker taker = new Taker();
    private final CallOptions options = CallOptions.DEFAULT.withPersistent(true);

    Pushes(String uri, String name, Ack ack, boolean packing) throws InterruptedException {
        RabbitConfig broker = RabbitConfig.of(uri).withPacking(packing);
        agent = Agent.start(
                AgentConfig.named("bench-" + name).withAck(ack).withPacks(packing),
                new RabbitTransport(broker.withName("bench-agent-" + name)),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(taker, name);
                    }
                });
        mapper = Mapper.start(
                MapperConfig.named("bench-" + name).withPacking(packing),
                new RabbitTransport(broker.withName("bench-mapper-" + name)));
        take = Service.parse("/" + name + "/take");
        if (!mapper.awaitService(take.path(), 1, PATIENCE)) {
            throw new IllegalStateException("agents offering %s: 0 (expected: 1)".formatted(take));
        }
        // Work is packed once it is known to be quick, and that is learned from answers.
        for (int i = 0; i < 1_000; i++) {
            mapper.request(take.path(), "warm").await();
        }
    }

    /** Counts. */
    @Actor
    static final class Taker {

        private final LongAdder taken = new LongAdder();

        @Expose
        void take(String load) {
            taken.increment();
        }
    }

    /** Jobs done in a second, with at most so many unconfirmed; returns when all that was pushed is done. */
    double perSecond(String load, int unconfirmed, long nanos) throws InterruptedException {
        Semaphore free = new Semaphore(unconfirmed);
        LongAdder failed = new LongAdder();
        long before = taker.taken.sum();
        long pushed = 0;
        long start = System.nanoTime();
        long now = start;
        while (now - start < nanos) {
            free.acquire();
            pushed++;
            var unused = mapper.push(take, load, options).whenComplete((done, error) -> {
                if (error != null) {
                    failed.increment();
                }
                free.release();
            });
            now = System.nanoTime();
        }
        double rate = (taker.taken.sum() - before) * 1e9 / (now - start);
        if (!free.tryAcquire(unconfirmed, PATIENCE.toSeconds(), TimeUnit.SECONDS) || failed.sum() > 0) {
            throw new IllegalStateException("pushes that failed: %d (expected: 0)".formatted(failed.sum()));
        }
        while (taker.taken.sum() - before < pushed) {
            Thread.onSpinWait(); // nothing is lost here: they come
        }
        return rate;
    }

    @Override
    public void close() {
        mapper.close();
        agent.close();
    }
}
