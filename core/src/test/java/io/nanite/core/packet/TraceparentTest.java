package io.nanite.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The grammar of the W3C Recommendation "Trace Context", with its own examples. */
final class TraceparentTest {

    private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-the-future-will-be-like"
            })
    void aTraceContextNamesItsTrace(String text) {
        assertThat(Traceparent.isTraceparent(text)).isTrue();
        assertThat(Traceparent.traceId(text)).isEqualTo(TRACE);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "",
                "00-trace",
                "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
                "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
                "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what",
                "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
            })
    void anythingElseIsNone(String text) {
        assertThat(Traceparent.isTraceparent(text)).isFalse();
    }

    @Test
    void whatIsNoneHasNoTrace() {
        assertThatThrownBy(() -> Traceparent.traceId("00-\u202e"))
                .hasMessage("traceparent: 00-\\u202e (expected: 00-, 32 hex digits, -, 16 hex digits, -, 2)");
    }

    @Test
    void workWithoutATraceBeginsOneOfTheNameOfItsToken() {
        assertThat(Traceparent.of(new Token(TRACE)))
                .isEqualTo("00-" + TRACE + "-4bf92f3577b34da6-00")
                .matches(Traceparent::isTraceparent);
        assertThat(Traceparent.of(new Token("t"))).isNull();
        assertThat(Traceparent.of(new Token("0".repeat(32)))).isNull();
        assertThat(Traceparent.of(TokenSource.secure().next())).matches(Traceparent::isTraceparent);
    }
}
