package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What mappers say of themselves, in time that the test moves. */
final class IntroductionsTest {

    private static final Identity A1 = Identity.agent("a1");
    private static final Identity M1 = Identity.mapper("m1");
    private static final Identity M2 = Identity.mapper("m2");

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final JsonSerializer json = new JsonSerializer();
    private final InMemoryTransport ear = broker.transport("ear");
    private final List<Identity> told = new ArrayList<>();
    private final List<Mapper> mappers = new ArrayList<>();

    IntroductionsTest() {
        ear.start(new TransportListener() {});
        ear.subscribe(Source.presence(Identity.mapper("ear")), delivery -> note(delivery, told));
    }

    @AfterEach
    void close() {
        mappers.forEach(Mapper::close);
        ear.close();
        assertThat(loop.failures()).isEmpty();
    }

    private void start(Identity identity, boolean introduces) {
        mappers.add(Mapper.with(MapperConfig.named(identity.name()).withIntroduces(introduces))
                .loop(loop)
                .start(broker.transport(identity.value())));
        loop.run();
    }

    private void note(Delivery delivery, List<Identity> speakers) {
        for (Delivery.Part part : delivery.parts()) {
            Packet packet = json.read(part.body(), part.contentType());
            if (packet instanceof Ping ping) {
                speakers.add(ping.identity());
            }
            part.settle();
        }
    }

    private void pass(Duration time) {
        loop.advance(time);
        loop.run();
    }

    @Test
    void aMapperTellsTheOthersAtItsStartAndNowAndThen() {
        start(M1, true);
        assertThat(told).containsExactly(M1);

        pass(Introductions.EVERY);
        assertThat(told).containsExactly(M1, M1);
    }

    @Test
    void whoWasThereBeforeIntroducesItselfToWhoComes() {
        start(M1, true);
        start(M2, true);
        told.clear();

        pass(Duration.ofMillis(100));
        assertThat(told).containsExactly(M1);
        pass(Duration.ofMillis(100));
        assertThat(told).as("who has come answers once more, to who was there").containsExactly(M1, M2);
        told.clear();
        pass(Duration.ofSeconds(1));
        assertThat(told).as("once is enough").isEmpty();
    }

    @Test
    void anAgentThatComesIsTold() {
        List<Identity> greetings = new ArrayList<>();
        start(M1, true);
        try (InMemoryTransport agent = broker.transport("a1")) {
            agent.start(new TransportListener() {});
            agent.subscribe(Source.control(A1), delivery -> note(delivery, greetings));
            register(agent);

            assertThat(greetings).containsExactly(M1);
        }
    }

    @Test
    void aMapperThatNeedNotSaysNothing() {
        List<Identity> greetings = new ArrayList<>();
        start(M1, false);
        start(M2, true);
        try (InMemoryTransport agent = broker.transport("a1")) {
            agent.start(new TransportListener() {});
            agent.subscribe(Source.control(A1), delivery -> note(delivery, greetings));
            register(agent);
            pass(Introductions.EVERY);

            assertThat(told).containsOnly(M2);
            assertThat(greetings).containsExactly(M2);
        }
    }

    private void register(InMemoryTransport agent) {
        new PacketSender(json, agent)
                .tellMappers(
                        Address.REGISTRATION,
                        new Register(
                                A1,
                                Set.of(Service.parse("/simple/echo")),
                                Set.of(),
                                Status.of(0.5),
                                new Vitals(4, 0, "boot", 0, "1", true)));
        loop.run();
    }
}
