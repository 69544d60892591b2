package io.nanite.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordsTest {

    private static List<String> words(String line) {
        return Words.of(line).all().stream().map(Word::text).toList();
    }

    @Test
    void wordsAreApartAsInAShell() {
        assertThat(words("  request /simple/echo \"hello you\"  --selector 'all' a\\ b"))
                .containsExactly("request", "/simple/echo", "hello you", "--selector", "all", "a b");
    }

    @Test
    void quotesMayBeWithinQuotes() {
        assertThat(words("\"he said \\\"hi\\\"\" 'a \"b\"' \"it's\" \"c:\\d\""))
                .containsExactly("he said \"hi\"", "a \"b\"", "it's", "c:\\d");
    }

    @Test
    void anEmptyTextIsAWord() {
        assertThat(words("request /x ''")).containsExactly("request", "/x", "");
    }

    @Test
    void jsonNeedsNoQuotes() {
        assertThat(words("request /img/size {\"w\": 3, \"text\": \"a } b\"} [1, {\"b\": []}] --json"))
                .containsExactly(
                        "request", "/img/size", "{\"w\": 3, \"text\": \"a } b\"}", "[1, {\"b\": []}]", "--json");
    }

    @Test
    void aWordThatBeginsWithAHashBeginsAComment() {
        assertThat(words("agents # all of them")).containsExactly("agents");
        assertThat(words("# agents\nservices")).containsExactly("services");
        assertThat(words("request /a#b")).containsExactly("request", "/a#b");
    }

    @ParameterizedTest
    @ValueSource(strings = {"request /x \"a", "request /x 'a", "request /x {\"w\": [1, 2]", "x \"a\\\""})
    void whatIsOpenIsNoticed(String line) {
        assertThat(Words.of(line).unclosed()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "request /x \"a\"", "request /x {\"w\":\"{\"}", "a\\\"b"})
    void whatIsClosedIsNoticed(String line) {
        assertThat(Words.of(line).unclosed()).isNull();
    }

    @Test
    void aLineMayGoOnInTheNext() {
        assertThat(words("request /x {\"w\":\n  3}")).containsExactly("request", "/x", "{\"w\":\n  3}");
    }

    @Test
    void aWordKnowsWhereItIs() {
        String line = "request  \"a b\"";
        Word quoted = Words.of(line).all().get(1);
        assertThat(line.substring(quoted.start(), quoted.end())).isEqualTo("\"a b\"");
        assertThat(Words.of(line).at(8)).isNull();
        assertThat(Words.of(line).at(10)).isEqualTo(quoted);
    }
}
