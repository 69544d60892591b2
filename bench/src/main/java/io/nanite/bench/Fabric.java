package io.nanite.bench;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Service;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A mapper and an agent with everything that they do by default: JSON, late acks, deadlines, the ledger. */
final class Fabric implements Contender {

    private final String name;
    private final Agent agent;
    private final Mapper mapper;
    private final Service echo;
    private final CallOptions options = CallOptions.DEFAULT;

    Fabric(String uri, String name, boolean packing) throws Exception {
        this.name = name;
        RabbitConfig broker = RabbitConfig.of(uri).withPacking(packing);
        String prefix = packing ? "packed" : "plain";
        agent = Agent.start(
                AgentConfig.named("bench-" + prefix).withPacks(packing),
                new RabbitTransport(broker.withName("bench-agent-" + prefix)),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(new Echo(), prefix);
                    }
                });
        mapper = Mapper.start(
                MapperConfig.named("bench-" + prefix).withPacking(packing),
                new RabbitTransport(broker.withName("bench-mapper-" + prefix)));
        echo = Service.parse("/" + prefix + "/echo");
        if (!mapper.awaitService(echo.path(), 1, Duration.ofSeconds(10))) {
            throw new IllegalStateException("agents offering %s: 0 (expected: 1)".formatted(echo));
        }
    }

    /** What is asked. */
    @Actor
    static final class Echo {

        @Expose
        String echo(String question) {
            return question;
        }
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String ask(String question) throws Exception {
        return text(mapper.request(echo, question, options).await());
    }

    @Override
    public void ask(String question, BiConsumer<@Nullable String, @Nullable Throwable> answer) {
        var unused = mapper.request(echo, question, options)
                .outcomes()
                .thenApply(Fabric::text)
                .whenComplete(answer);
    }

    private static String text(Outcomes outcomes) {
        Outcome outcome = outcomes.single();
        if (outcome instanceof Outcome.Success success && success.payload().value() instanceof String text) {
            return text;
        }
        throw new IllegalStateException("answer: %s (expected: a text)".formatted(outcome));
    }

    @Override
    public void close() {
        mapper.close();
        agent.close();
    }
}
