package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.packet.Service;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.PacketSender;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.util.Set;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** When an agent speaks up; what it says is in {@link AgentTest}. */
class AnnouncerTest {

    private final ManualLoop loop = new ManualLoop();
    private final HandTransport transport = new HandTransport();

    private Announcer announcer(DoubleSupplier random) {
        return new Announcer(
                new Announcer.Self(TestAgent.config(), () -> Set.of(new Service("/a/b")), "boot", "1"),
                () -> 0,
                StatusProbe.takenSlots(),
                Runnable::run,
                new PacketSender(new JsonSerializer(), transport),
                loop,
                random);
    }

    private long pings() {
        return transport.events(Event.Sent.class).stream()
                .filter(HandTransport.to(Address.HEARTBEAT))
                .count();
    }

    @ParameterizedTest
    @CsvSource({"0, 15000", "0.5, 13500", "0.999999, 12001"})
    void aPingComesUpToAFifthSoonerThanThePingTimeAndNeverLater(double drawn, long millis) {
        announcer(() -> drawn).open();
        loop.advance(Duration.ofMillis(millis - 1));
        assertThat(pings()).isZero();
        loop.advance(Duration.ofMillis(1));
        assertThat(pings()).isEqualTo(1);
        loop.advance(Duration.ofMillis(10 * millis));
        assertThat(pings()).isEqualTo(11);
    }

    @Test
    void nothingIsSaidBeforeItOpensAndNothingAfterTheGoodBye() {
        Announcer announcer = announcer(() -> 0.5);
        announcer.register();
        announcer.rebuilt(1);
        announcer.close();
        assertThat(transport.events()).isEmpty();
        announcer.open();
        announcer.close();
        announcer.close();
        announcer.register();
        loop.advance(Duration.ofMinutes(1));
        assertThat(transport.events(Event.Sent.class)).hasSize(2);
        assertThat(loop.failures()).isEmpty();
    }

    @Test
    void itKnowsWhenItWasLastHeard() {
        Announcer announcer = announcer(() -> 0);
        assertThat(announcer.lastTold()).isEmpty();
        announcer.open();
        loop.advance(Duration.ofSeconds(14));
        assertThat(announcer.lastTold()).contains(Duration.ofSeconds(14));
        loop.advance(Duration.ofSeconds(2));
        assertThat(announcer.lastTold()).contains(Duration.ofSeconds(1));
        announcer.disconnected();
        loop.advance(Duration.ofSeconds(20));
        assertThat(announcer.lastTold()).contains(Duration.ofSeconds(21));
    }
}
