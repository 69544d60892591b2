package io.nanite.examples.simple;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.ActorFolder;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.LoadedActors;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The example as the daemon runs it: from its jar. */
class SimpleAgentTest {

    private static final Identity MAPPER = Identity.mapper("web1");

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final InMemoryTransport mapperSide = broker.transport("mapper");
    private final Serializer serializer = new JsonSerializer();
    private final TokenSource tokens = TokenSource.secure();
    private final BlockingQueue<Packet> heard = new LinkedBlockingQueue<>();
    private final LoadedActors jars = ActorFolder.of(Path.of(".")).load();
    private final Agent agent = Agent.create(AgentConfig.named("fred"), broker.transport("agent"), jars.asModule());

    @BeforeEach
    void start() {
        mapperSide.start(new TransportListener() {});
        mapperSide.subscribe(Source.replies(MAPPER), this::hear);
        agent.start();
    }

    @AfterEach
    void close() {
        agent.close();
        jars.close();
        mapperSide.close();
    }

    private void hear(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            heard.add(serializer.read(part.body(), part.contentType()));
            part.settle();
        }
    }

    private Packet next() throws InterruptedException {
        Packet packet = heard.poll(10, TimeUnit.SECONDS);
        if (packet == null) {
            throw new AssertionError("nothing heard in 10 s");
        }
        return packet;
    }

    private void send(String service, @Nullable Object payload) {
        Request request = new Request(
                new Service(service),
                Payload.of(payload),
                MAPPER,
                tokens.next(),
                MAPPER,
                "least_loaded",
                agent.identity(),
                false,
                Set.of(),
                true,
                Metadata.NONE);
        new PacketSender(serializer, mapperSide).request(agent.identity(), request, false);
    }

    private Outcome ask(String service, @Nullable Object payload) throws InterruptedException {
        send(service, payload);
        return ((Result) next()).outcome();
    }

    private @Nullable Object call(String service, @Nullable Object payload) throws InterruptedException {
        return ((Outcome.Success) ask(service, payload)).payload().value();
    }

    @Test
    void itsActorComesFromTheJar() {
        assertThat(jars.actors()).extracting(Class::getSimpleName).containsExactly("Simple");
        assertThat(jars.actors()).allMatch(actor -> actor.getClassLoader() == jars.loader());
        assertThat(jars.modules()).hasSize(1);
        assertThat(agent.services())
                .extracting(Service::path)
                .containsExactlyInAnyOrder(
                        "/simple/hello",
                        "/simple/echo",
                        "/simple/time",
                        "/simple/add",
                        "/simple/whoami",
                        "/simple/count",
                        "/simple/nap");
    }

    @Test
    void itSaysHelloEchoesAndAdds() throws InterruptedException {
        assertThat(call("/simple/hello", null)).isEqualTo("hello nanite");
        assertThat(call("/simple/echo", "hello world!")).isEqualTo("hello world!");
        assertThat(call("/simple/add", Map.of("a", 2, "b", 3))).hasToString("5");
        assertThat(Instant.parse(String.valueOf(call("/simple/time", null)))).isAfter(Instant.EPOCH);
    }

    @Test
    void itTellsHowFarItIs() throws InterruptedException {
        send("/simple/count", 3);
        for (int step = 1; step <= 3; step++) {
            assertThat(next()).isInstanceOfSatisfying(IntermediateMessage.class, news -> assertThat(news.key())
                    .isEqualTo("step"));
        }
        assertThat(next()).isInstanceOf(Result.class);
    }

    @Test
    void itKeepsItsSecret() throws InterruptedException {
        assertThat(ask("/simple/secret", null).ok()).isFalse();
        assertThat(ask("/simple/getClass", null).ok()).isFalse();
    }
}
