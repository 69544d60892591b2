package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import com.rabbitmq.client.Channel;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Verdict;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import io.nanite.mapper.Mapper;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Texts from outside that would like to write lines of their own into somebody's log, or paint his terminal. */
class HostileTextTest {

    /** Ends a line, begins one that looks like ours, colours it, and turns the direction of writing. */
    private static final String HOSTILE = "x\r\n12:00:00.000 ERROR INJECTED\u001b[31m\u202e\u2028\u0007";

    /** The same inside a text of JSON. */
    private static final String IN_JSON = "x\\r\\n12:00:00.000 ERROR INJECTED\\u001b[31m\\u202e\\u2028\\u0007";

    private static final String PLACE = "PLACEHOLDER";
    private static final Identity SELF = Identity.agent("fred");

    private final JsonSerializer serializer = new JsonSerializer();
    private final Logger ours = (Logger) LoggerFactory.getLogger("io.nanite");
    private final Said said = new Said();

    /** All that is said at any level. */
    private static final class Said extends AppenderBase<ILoggingEvent> {

        private final Queue<String> texts = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            texts.add(event.getFormattedMessage());
            for (var thrown = event.getThrowableProxy(); thrown != null; thrown = thrown.getCause()) {
                texts.add(String.valueOf(thrown.getMessage()));
            }
        }

        List<String> thatEndLinesOrMoveCursors() {
            return texts.stream()
                    .filter(text -> text.codePoints()
                            .anyMatch(c -> Character.isISOControl(c)
                                    || Character.getType(c) == Character.FORMAT
                                    || Character.getType(c) == Character.LINE_SEPARATOR))
                    .toList();
        }
    }

    /** Throws what it is told. */
    static final class Shouter {

        @Expose
        String shout(String words) {
            if (!words.isEmpty()) {
                throw new IllegalStateException(words);
            }
            return words;
        }
    }

    @BeforeEach
    void listen() {
        said.setContext(ours.getLoggerContext());
        said.start();
        ours.addAppender(said);
        ours.setLevel(Level.TRACE);
        ours.setAdditive(false);
    }

    @AfterEach
    void stopListening() {
        ours.detachAppender(said);
        ours.setLevel(null);
        ours.setAdditive(true);
    }

    private byte[] hostile(Packet packet) {
        String text = new String(serializer.write(packet, new Recipient.EveryMapper()), StandardCharsets.UTF_8);
        assertThat(text).contains(PLACE);
        return text.replace(PLACE, IN_JSON).getBytes(StandardCharsets.UTF_8);
    }

    private static Register register(String name, String service, String tag) {
        return new Register(
                Identity.agent(name), Set.of(Service.parse(service)), Set.of(tag), Status.of(1), Vitals.UNKNOWN);
    }

    private void tellTheMapper(Channel channel, Identity mapper) throws IOException {
        for (Packet packet : List.of(
                register(PLACE, "/a/b", "t"),
                register("a", "/a/" + PLACE, "t"),
                register("b", "/a/b", PLACE),
                new UnRegister(Identity.agent(PLACE)))) {
            ByHand.publish(channel, "registration", "", ByHand.JSON, hostile(packet));
        }
        byte[] ping = hostile(new Ping(Identity.agent(PLACE), Status.of(1), Vitals.UNKNOWN));
        ByHand.publish(channel, "heartbeat", "", ByHand.JSON, ping);
        ByHand.publish(channel, "heartbeat", "", HOSTILE.substring(0, 1) + PLACE, ping);
        for (Packet packet : List.of(
                new Result(new Token(PLACE), mapper, SELF, Outcome.success(1), 1),
                new Result(new Token("t"), mapper, Identity.agent(PLACE), Outcome.success(1), 1),
                new Result(
                        new Token("t"), mapper, SELF, new Outcome.Failure(Verdict.FAILED, "Kind" + PLACE, PLACE), 1))) {
            ByHand.publish(channel, "reply", mapper.value(), ByHand.JSON, hostile(packet));
        }
        byte[] nothing = HOSTILE.getBytes(StandardCharsets.UTF_8);
        ByHand.publish(channel, "reply", mapper.value(), ByHand.JSON, nothing);
        ByHand.publish(channel, "registration", "", ByHand.JSON, nothing);
        ByHand.publish(
                channel,
                "registration",
                "",
                ByHand.JSON,
                serializer.write(register("last", "/a/b", "t"), new Recipient.EveryMapper()));
    }

    private void tellTheAgent(Channel channel, Identity mapper) throws IOException {
        for (Packet packet : List.of(
                request(mapper, PLACE, "/shouter/shout", "t1"),
                request(mapper, "least_loaded", "/shouter/" + PLACE, "t2"),
                request(mapper, "least_loaded", "/shouter/shout", PLACE),
                request(Identity.mapper(PLACE), "least_loaded", "/shouter/shout", "t3"),
                new Push(
                        Service.parse("/shouter/shout"),
                        Payload.of(PLACE),
                        mapper,
                        new Token("t4"),
                        "least_loaded",
                        SELF,
                        false,
                        Set.of(PLACE),
                        Metadata.NONE),
                new Advertise(Identity.agent(PLACE)))) {
            ByHand.publish(channel, "", SELF.value(), ByHand.JSON, hostile(packet));
        }
        byte[] nothing = HOSTILE.getBytes(StandardCharsets.UTF_8);
        ByHand.publish(channel, "", SELF.value(), ByHand.JSON, nothing);
        ByHand.publish(channel, "", SELF.value(), HOSTILE, nothing);
        ByHand.publish(channel, "advertise", "", ByHand.JSON, hostile(new Advertise(Identity.agent(PLACE))));
        ByHand.publish(channel, "advertise", "", ByHand.JSON, nothing);
    }

    private static Request request(Identity from, String selector, String service, String token) {
        return new Request(
                Service.parse(service),
                Payload.of(PLACE),
                from,
                new Token(token),
                from,
                selector,
                SELF,
                false,
                Set.of(PLACE),
                false,
                Metadata.NONE);
    }

    @OnRabbitMq
    void whateverATextFromOutsideSaysAnEventIsOneLineOfTheLog(TestBroker broker) throws Exception {
        try (Fabric fabric = new Fabric(broker)) {
            Fabric.Chore chore = new Fabric.Chore();
            fabric.alsoClose(Agent.start(
                    AgentConfig.of(SELF), new RabbitTransport(fabric.login("nanite", "fred")), new AgentModule() {
                        @Override
                        protected void configure() {
                            actor(chore);
                            actor(new Shouter());
                        }
                    }));
            Mapper mapper = fabric.mapper("m1", 1);
            ByHand.on(broker, channel -> {
                tellTheMapper(channel, mapper.identity());
                tellTheAgent(channel, mapper.identity());
            });
            assertThat(mapper.request("/shouter/shout", HOSTILE).await().ok()).isFalse();
            mapper.push("/shouter/shout", HOSTILE).toCompletableFuture().get();
            Awaitility.await().atMost(Fabric.PATIENCE).until(() -> mapper.agents().stream()
                    .anyMatch(agent -> agent.identity().name().equals("last")));
            assertThat(mapper.request(Fabric.ECHO, "last").await().ok()).isTrue();
        }
        assertThat(said.texts.stream().filter(text -> text.contains("INJECTED")).count())
                .as("what reached the log, in its printable form")
                .isGreaterThan(5);
        assertThat(said.thatEndLinesOrMoveCursors()).isEmpty();
    }

    @Test
    void theCheckWouldNoticeATextThatIsPrintedAsItCame() {
        ours.warn("somebody is called {}", HOSTILE);
        assertThat(said.thatEndLinesOrMoveCursors()).hasSize(1);
    }
}
