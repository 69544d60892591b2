package io.nanite.cli.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OriginalLineTest {

    private static List<String> arguments(String line) {
        return OriginalLine.arguments(line);
    }

    @Test
    void theLinesOfTheOriginalsReadmeAreUnderstood() {
        assertThat(arguments("request('/simple/echo') {|res| p res }")).containsExactly("request", "/simple/echo");
        assertThat(arguments("request('/foo/bar', 'hi', :selector => :all) {|res| p res }"))
                .containsExactly("request", "/foo/bar", "\"hi\"", "--selector=all");
        assertThat(arguments("request('/whatever/hello', 42, :selector => :random) {|res| p res }"))
                .containsExactly("request", "/whatever/hello", "42", "--selector=random");
        assertThat(arguments("push('/x', 1)")).containsExactly("push", "/x", "1");
        assertThat(arguments("Nanite.request(\"/x\")")).containsExactly("request", "/x");
    }

    @Test
    void aTextStaysATextThoughItLooksLikeANumber() {
        assertThat(arguments("push('/x', '42')")).containsExactly("push", "/x", "\"42\"");
        assertThat(arguments("push('/x', 'a\"b')")).containsExactly("push", "/x", "\"a\\\"b\"");
        assertThat(arguments("push('/x', \"a\\nb\")")).containsExactly("push", "/x", "\"a\\nb\"");
    }

    @Test
    void aHashOrAListIsJson() {
        assertThat(arguments("request('/x', {:w => 3, 'h' => [1, 2.5, nil, true], k: {}})"))
                .containsExactly("request", "/x", "{\"w\":3,\"h\":[1,2.5,null,true],\"k\":{}}");
        assertThat(arguments("request('/x', [:a, \"b\"])")).containsExactly("request", "/x", "[\"a\",\"b\"]");
    }

    @Test
    void optionsAreFlags() {
        assertThat(arguments("request('/x', nil, selector: 'rr', :tags => ['a', 'b'], :persistent => true, "
                        + ":offline_failsafe => false, :target => 'nanite-fred')"))
                .containsExactly(
                        "request",
                        "/x",
                        "null",
                        "--selector=rr",
                        "--tags=a,b",
                        "--persistent",
                        "--no-offline-failsafe",
                        "--target=nanite-fred");
    }

    @ParameterizedTest
    @ValueSource(strings = {"{|res| p res }", "{ |r| puts r }", "do |r| pp(r) end", "{|r|}", "do |res|\n  p res\nend"})
    void aBlockThatPrintsIsWhatIsDoneAnyway(String block) {
        assertThat(arguments("request('/x') " + block)).containsExactly("request", "/x");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "request('/x') {|res| File.write('a', res) }",
                "request('/x', foo)",
                "request('/x' 'y')",
                "request('/x', 1) + 2",
                "request(,)",
            })
    void rubyThatIsMoreThanACallIsRefusedInOneLine(String line) {
        assertThatThrownBy(() -> arguments(line))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("expected: ");
    }

    @Test
    void anyCommandMayBeCalledSo() {
        assertThat(arguments("agents()")).containsExactly("agents");
        assertThat(OriginalLine.isCall("request /x (1)")).isFalse();
        assertThat(OriginalLine.isCall("request('/x'")).isTrue();
    }
}
