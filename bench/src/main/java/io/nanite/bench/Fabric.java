package io.nanite.bench;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Service;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Serializer;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.Outcomes;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A mapper and an agent with everything that they do by default: late acks, deadlines, the ledger; JSON, or what somebody
 * else makes of the packets.
 */
final class Fabric implements Contender {

    private final String name;
    private final Agent agent;
    private final Mapper mapper;
    private final Service echo;
    private final CallOptions options = CallOptions.DEFAULT;

    /** JSON. */
    Fabric(String uri, String name, boolean packing) throws Exception {
        this(uri, name, packing ? "packed" : "plain", packing, unused -> Formats.json());
    }

    /** {@code prefix} is what tells it from others at the same broker. */
    Fabric(String uri, String name, String prefix, boolean packing, Function<Identity, Serializer> serializers)
            throws Exception {
        this.name = name;
        RabbitConfig broker = RabbitConfig.of(uri).withPacking(packing);
        agent = Agent.start(
                AgentConfig.named("bench-" + prefix).withPacks(packing),
                new RabbitTransport(broker.withName("bench-agent-" + prefix)),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        serializer(serializers.apply(agentOf(prefix)));
                        actor(new Echo(), prefix);
                    }
                });
        mapper = Mapper.with(MapperConfig.named("bench-" + prefix).withPacking(packing))
                .serializer(serializers.apply(mapperOf(prefix)))
                .start(new RabbitTransport(broker.withName("bench-mapper-" + prefix)));
        echo = Service.parse("/" + prefix + "/echo");
        if (!mapper.awaitService(echo.path(), 1, Duration.ofSeconds(10))) {
            throw new IllegalStateException("agents offering %s: 0 (expected: 1)".formatted(echo));
        }
    }

    static Identity agentOf(String prefix) {
        return Identity.agent("bench-" + prefix);
    }

    static Identity mapperOf(String prefix) {
        return Identity.mapper("bench-" + prefix);
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
