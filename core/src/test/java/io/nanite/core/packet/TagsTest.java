package io.nanite.core.packet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

final class TagsTest {

    @Test
    void allTagsMustBeCarriedAndOneOfEachAny() {
        Set<String> wanted = Set.of("london", Tags.any("gpu", "tpu"), Tags.any("old", "new"));

        assertThat(Tags.all(wanted).test(Set.of("london", "tpu", "new", "spare")))
                .isTrue();
        assertThat(Tags.all(wanted).test(Set.of("tpu", "new"))).isFalse();
        assertThat(Tags.all(wanted).test(Set.of("london", "new"))).isFalse();
        assertThat(Tags.all(Set.of("a", "b")).test(Set.of("a"))).isFalse();
        assertThat(Tags.all(Set.of()).test(Set.of())).isTrue();
    }

    @Test
    void whatIsMissingIsNamedAsItWasWanted() {
        Set<String> wanted = Set.of("london", "blue", Tags.any("gpu", "tpu"));

        assertThat(Tags.missing(wanted, Set.of("london", "red"))).containsExactly("any(gpu|tpu)", "blue");
        assertThat(Tags.missing(wanted, Set.of("london", "blue", "gpu"))).isEmpty();
    }

    @Test
    void anyOfNothingAndAnyOfWhatCannotBeSaidAreRefused() {
        assertThat(Tags.any("gpu", "tpu", "gpu")).isEqualTo("any(gpu|tpu)");
        assertThatThrownBy(Tags::any).hasMessageStartingWith("any of the tags: [] (expected: at least one");
        assertThatThrownBy(() -> Tags.any("a|b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tags.any("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tags.any(Tags.any("a", "b"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Tags.any("x".repeat(251))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatSomebodyElseWroteIsNeverAnError() {
        assertThat(Tags.all(Set.of("any()")).test(Set.of("a"))).isFalse();
        assertThat(Tags.all(Set.of("any(|)")).test(Set.of("a"))).isFalse();
        assertThat(Tags.all(Set.of("any(a|)")).test(Set.of("a"))).isTrue();
        assertThat(Tags.all(Set.of("any(")).test(Set.of("any("))).isTrue();
        assertThat(Tags.missing(Set.of("any()"), Set.of())).containsExactly("any()");
    }
}
