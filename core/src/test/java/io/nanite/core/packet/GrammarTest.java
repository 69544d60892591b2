package io.nanite.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class GrammarTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nanite-a",
                "mapper-1",
                "nanite-A_b-9",
                "nanite-nanite-x",
                "mapper-0123456789abcdef0123456789abcdef"
            })
    void anIdentityIsAPrefixAndAName(String value) {
        assertThat(Identity.isIdentity(value)).isTrue();
        assertThat(new Identity(value)).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nanite",
                "nanite-",
                "agent-x",
                "Nanite-x",
                "nanite--x",
                "nanite-_x",
                "nanite-a b",
                "nanite-a.b",
                "nanite-ä",
                "nanite-a\n",
                "nanite-a/..",
                " nanite-a"
            })
    void whatIsNoIdentityIsRefused(String value) {
        assertThat(Identity.isIdentity(value)).isFalse();
        assertThatThrownBy(() -> new Identity(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("identity: ")
                .message()
                .doesNotContain("\n");
    }

    @Test
    void aNameHasAtMostSixtyFourCharacters() {
        assertThat(Identity.isIdentity("nanite-" + "a".repeat(64))).isTrue();
        assertThat(Identity.isIdentity("nanite-" + "a".repeat(65))).isFalse();
    }

    @Test
    void anIdentityKnowsWhatItIs() {
        assertThat(Identity.agent("fred")).isEqualTo(Identity.agent("nanite-fred"));
        assertThat(Identity.mapper("web1")).isEqualTo(Identity.mapper("mapper-web1"));
        assertThat(Identity.agent("fred").isAgent()).isTrue();
        assertThat(Identity.agent("fred").isMapper()).isFalse();
        assertThat(Identity.mapper("web1").isMapper()).isTrue();
        assertThat(Identity.agent("fred").name()).isEqualTo("fred");
        assertThat(Identity.mapper("web1").name()).isEqualTo("web1");
        assertThat(Identity.agent("a")).isLessThan(Identity.agent("b"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "0123456789abcdef0123456789abcdef", "A-b_9", "-"})
    void aTokenIsLettersDigitsAndLines(String value) {
        assertThat(new Token(value)).hasToString(value);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a b", "a.b", "ä", "a\u0000", "../x"})
    void whatIsNoTokenIsRefused(String value) {
        assertThatThrownBy(() -> new Token(value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("token: ");
    }

    @Test
    void aTokenHasAtMostSixtyFourCharacters() {
        assertThat(new Token("a".repeat(64)).value()).hasSize(64);
        assertThatThrownBy(() -> new Token("a".repeat(65))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/simple/echo, simple, echo",
        "/simple, simple, index",
        "/deep/nested/hi, deep/nested, hi",
        "/a.b/c?, a.b, c?",
        "/a/b!=, a, b!="
    })
    void aServiceIsAPrefixAndAMethod(String path, String prefix, String method) {
        Service service = Service.parse(path);

        assertThat(Service.isService(path)).isTrue();
        assertThat(service.prefix()).isEqualTo(prefix);
        assertThat(service.method()).isEqualTo(method);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "//",
                "a",
                "a/b",
                "/a/",
                "//a",
                "/a//b",
                "/a b/c",
                "/a/b\n",
                "/ä/b",
                "/a/b#",
                "/a/$b",
                "/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"
            })
    void whatIsNoServiceIsRefused(String path) {
        assertThat(Service.isService(path)).isFalse();
        assertThatThrownBy(() -> Service.parse(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("service: ");
    }

    @Test
    void aServiceHasAtMostTwoHundredFiftyFiveCharactersAndSixteenParts() {
        assertThat(Service.isService("/a/" + "b".repeat(252))).isTrue();
        assertThat(Service.isService("/a/" + "b".repeat(253))).isFalse();
        assertThat(Service.isService("/a".repeat(16))).isTrue();
        assertThat(Service.isService("/a".repeat(17))).isFalse();
    }

    @Test
    void onlyAFullPathIsAService() {
        assertThatThrownBy(() -> new Service("/simple")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aStatusThatIsNoNumberIsWorseThanAnyNumber() {
        assertThat(Status.read(3).load()).isEqualTo(3);
        assertThat(Status.read(0.25)).isEqualTo(Status.of(0.25));
        assertThat(Status.read(null)).isEqualTo(Status.UNKNOWN);
        assertThat(Status.read(Double.NaN)).isEqualTo(Status.UNKNOWN);
        assertThat(Status.of(Double.NaN)).isEqualTo(Status.UNKNOWN);
        assertThat(Status.read("busy")).isEqualTo(new Status(Double.POSITIVE_INFINITY, "busy"));
        assertThat(Status.read(Double.MAX_VALUE).load()).isLessThan(Status.UNKNOWN.load());
    }

    @Test
    void whatMovesACursorOrEndsALineIsWrittenOut() {
        assertThat(Printable.of("plain ü ☃ 😀")).isEqualTo("plain ü ☃ 😀");
        assertThat(Printable.of("a\nb\r\t\u001b[1m")).isEqualTo("a\\u000ab\\u000d\\u0009\\u001b[1m");
        assertThat(Printable.of("\u202e\u2028\u2029\ufeff\ue000")).isEqualTo("\\u202e\\u2028\\u2029\\ufeff\\ue000");
        assertThat(Printable.of("\ud800")).isEqualTo("\\ud800");
        assertThat(Printable.of("x".repeat(120))).isEqualTo("x".repeat(120));
        assertThat(Printable.of("😀".repeat(121))).isEqualTo("😀".repeat(120) + "…");
    }
}
