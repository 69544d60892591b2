package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class AgentConfigTest {

    private final AgentConfig fred = AgentConfig.named("fred");

    @Test
    void theDefaultsAreThoseOfTheManual() {
        assertThat(fred.identity()).isEqualTo(new Identity("nanite-fred"));
        assertThat(fred.slots()).isEqualTo(64);
        assertThat(fred.prefetch()).isEqualTo(64);
        assertThat(fred.pingTime()).isEqualTo(Duration.ofSeconds(15));
        assertThat(fred.grace()).isEqualTo(Duration.ofSeconds(30));
        assertThat(fred.tags()).isEmpty();
        assertThat(fred.packs()).isTrue();
        assertThat(fred.ack()).isEqualTo(AgentConfig.Ack.LATE);
        assertThat(fred.virtualThreads()).isEqualTo(Runtime.version().feature() >= 24);
    }

    @Test
    void thePrefetchFollowsTheSlotsUnlessItWasSet() {
        assertThat(fred.withSlots(5).prefetch()).isEqualTo(5);
        assertThat(fred.withPrefetch(200).withSlots(5).prefetch()).isEqualTo(200);
        assertThat(fred.singleThreaded().slots()).isEqualTo(1);
    }

    @Test
    void tagsKeepTheirOrder() {
        assertThat(fred.withTags(List.of("b", "a", "b")).tags()).containsExactly("b", "a");
    }

    @Test
    void aWrongValueIsNamedWithWhatWasExpected() {
        Map<String, Supplier<AgentConfig>> wrong = Map.ofEntries(
                Map.entry("identity: mapper-web1", () -> AgentConfig.of(Identity.mapper("web1"))),
                Map.entry("slots: 0", () -> fred.withSlots(0)),
                Map.entry("slots: 10001", () -> fred.withSlots(10_001)),
                Map.entry("prefetch: 0", () -> fred.withPrefetch(0)),
                Map.entry("prefetch: 65536", () -> fred.withPrefetch(65_536)),
                Map.entry("pingTime: PT0.099S", () -> fred.withPingTime(Duration.ofMillis(99))),
                Map.entry("pingTime: PT2H", () -> fred.withPingTime(Duration.ofHours(2))),
                Map.entry("grace: PT-1S", () -> fred.withGrace(Duration.ofSeconds(-1))),
                Map.entry("remembered: -1", () -> fred.withRemembered(-1)),
                Map.entry("tags: [ok,  ]", () -> fred.withTags(List.of("ok", " "))),
                Map.entry("tags: [any(a|b)]", () -> fred.withTags(List.of("any(a|b)"))));
        wrong.forEach((message, config) -> assertThatThrownBy(config::get)
                .isInstanceOf(ConfigException.class)
                .hasMessageStartingWith(message)
                .hasMessageContaining("expected: "));
    }
}
