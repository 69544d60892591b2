package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That nothing from outside becomes markup. */
class HtmlTest {

    @Test
    void whatComesFromOutsideIsTextWhereverItStands() {
        for (String hostile : Hostile.ALL) {
            String written = Html.el("p", Html.text(hostile), Html.lines(hostile))
                    .with("title", hostile)
                    .written();
            assertThat(written.substring(1, written.length() - 4)).doesNotContain("<", "\u202e", "\u001b");
            assertThat(written).matches("(?s)<p title=\"[^\"<]*\">[^<\"]*</p>");
        }
    }

    @Test
    void whatNobodyCouldSeeIsShown() {
        assertThat(Html.text("a\u202eb\n\ud800").written()).isEqualTo("a\\u202eb\\u000a\\ud800");
        assertThat(Html.lines("a\n\tb\r").written()).isEqualTo("a\n\tb\\u000d");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "javascript:alert(1)",
                "//elsewhere.example",
                "https://elsewhere.example",
                "data:text/html,x",
                " /x"
            })
    void anAddressLeadsNowhereElse(String address) {
        Html.Element link = Html.el("a", "go");
        assertThatThrownBy(() -> link.with("href", address)).hasMessageContaining("address of this tower");
        assertThat(link.with("href", "/agents?q=a").written()).isEqualTo("<a href=\"/agents?q=a\">go</a>");
    }

    @ParameterizedTest
    @CsvSource({
        "/billing/charge, /billing|/charge",
        "/a_long/name-of.it, /a_|long|/name-|of.|it",
        "Request, Request",
        "//.-_x, /|/.-_|x",
        "'', ''"
    })
    void aLongNameGoesOnInTheNextLineOnlyWhereItHasASign(String name, String parts) {
        assertThat(Pieces.breakable(name).written()).isEqualTo(parts.replace("|", "<wbr>"));
    }

    @Test
    void nothingRuns() {
        Html.Element link = Html.el("a", "go");
        assertThatThrownBy(() -> link.with("onclick", "x")).hasMessageContaining("runs nothing");
        assertThatThrownBy(() -> link.with("style", "x")).hasMessageContaining("runs nothing");
        assertThatThrownBy(() -> Html.el("iframe")).hasMessageContaining("expected: one of");
        assertThatThrownBy(() -> Html.el("script", "x")).hasMessageContaining("with a src alone");
    }
}
