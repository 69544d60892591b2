package io.nanite.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is printed is what runs, and a link leads somewhere; and whoever checks that would notice if it were not so. */
class DocumentsTest {

    private static final Documents DOCUMENTS = new Documents(root());
    private static final String PRICES = "file=docs/src/test/java/io/nanite/docs/Prices.java";

    private static Path root() {
        Path here = Path.of("").toAbsolutePath();
        return here.endsWith("docs") ? here.resolveSibling("") : here;
    }

    static Stream<Path> documents() {
        return DOCUMENTS.all().stream();
    }

    @ParameterizedTest
    @MethodSource("documents")
    void aDocumentIsTrue(Path document) {
        assertThat(DOCUMENTS.problems(document)).isEmpty();
    }

    @Test
    void theReadmeAndTheGuideAreAmongThem() {
        assertThat(DOCUMENTS.all())
                .contains(root().resolve("README.md"), root().resolve("docs/guide.md"), root().resolve("CHANGELOG.md"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "```java\\nint i;\\n```                                                | nobody runs",
                "```java file=docs/Nowhere.java region=a\\nint i;\\n```                | is not there",
                "```java PRICES region=nothing\\nint i;\\n```                          | has no region nothing",
                "```java PRICES region=actor\\n@Actor\\npublic class Prices {}\\n```   | is not what",
                "```java PRICES region=actor                                           | does not end",
                "see [this](docs/nowhere.md)                                           | leads nowhere",
                "see [this](README.md#nothing-of-this-name)                            | no such heading",
                "see [this](#nothing)                                                  | no such heading",
            })
    void whatIsNotTrueIsNoticed(String text, String problem) {
        String written = text.strip().replace("\\n", "\n").replace("PRICES", PRICES);
        assertThat(DOCUMENTS.problems(root().resolve("SAMPLE.md"), written))
                .hasSize(1)
                .allMatch(found -> found.contains(problem));
    }

    @Test
    void whatIsTrueIsAccepted() {
        String text =
                "# A heading: with `code`\n\n[here](#a-heading-with-code) [there](README.md) [out](https://example.org/)\n";
        assertThat(DOCUMENTS.problems(root().resolve("SAMPLE.md"), text)).isEmpty();
    }
}
