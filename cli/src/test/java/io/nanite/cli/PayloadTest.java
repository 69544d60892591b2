package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is JSON is JSON; everything else is the text that was typed. */
class PayloadTest {

    @Test
    void jsonIsAValue() {
        assertThat(Json.payload("42")).isEqualTo(42);
        assertThat(Json.payload("-1.5")).hasToString("-1.5");
        assertThat(Json.payload("true")).isEqualTo(true);
        assertThat(Json.payload("null")).isNull();
        assertThat(Json.payload("\"42\"")).isEqualTo("42");
        assertThat(Json.payload("[1, \"a\", null]"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .containsExactly(1, "a", null);
        assertThat(Json.payload(" {\"a\": {\"b\": []}} ")).isEqualTo(Map.of("a", Map.of("b", List.of())));
    }

    @Test
    void noPayloadIsNull() {
        assertThat(Json.payload(null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hello", "hello world!", "", " ", "{", "[1,", "{'a': 1}", "{a: 1}", "01", "1 2", "1,2", "true false",
                "{} {}", "NaN", "Infinity", "+1", "-", "0x10", "nul", "\"open", "grüße ✓ 🙂", "// x", "1 // x", "@file"
            })
    void everythingElseIsAText(String typed) {
        assertThat(Json.payload(typed)).isEqualTo(typed);
    }

    @Test
    void aNumberKeepsAllItsDigits() {
        assertThat(Json.line(Objects.requireNonNull(Json.payload("123456789012345678901234567890"))))
                .isEqualTo("123456789012345678901234567890");
        assertThat(Json.payload("123456789012345678901234567890")).isInstanceOf(BigInteger.class);
        assertThat(Json.line(Objects.requireNonNull(Json.payload("0.12345678901234567890123456789"))))
                .isEqualTo("0.12345678901234567890123456789");
        assertThat(Json.payload("0.12345678901234567890123456789")).isInstanceOf(BigDecimal.class);
    }

    @Test
    void membersKeepTheirOrder() {
        assertThat(Json.payload("{\"z\":1,\"a\":2,\"m\":3}"))
                .isInstanceOf(LinkedHashMap.class)
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsExactly(Map.entry("z", 1), Map.entry("a", 2), Map.entry("m", 3));
    }
}
