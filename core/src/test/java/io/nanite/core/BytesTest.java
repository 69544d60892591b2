package io.nanite.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class BytesTest {

    private final byte[] array = "0123456789".getBytes(StandardCharsets.US_ASCII);

    @Test
    void aRunKnowsOnlyItsOwnBytes() {
        Bytes run = new Bytes(array, 2, 5);

        assertThat(run.utf8()).isEqualTo("23456");
        assertThat(run.slice(1, 3).utf8()).isEqualTo("345");
        assertThat(run.slice(5, 0).utf8()).isEmpty();
        assertThat(run.toArray()).isEqualTo("23456".getBytes(StandardCharsets.US_ASCII));
        assertThat(run).hasToString("5 bytes");
    }

    @Test
    void theWholeArrayIsNotCopied() {
        assertThat(Bytes.of(array).toArray()).isSameAs(array);
        assertThat(Bytes.of(array).slice(2, 3).array()).isSameAs(array);
    }

    @Test
    void runsAreEqualIfTheirBytesAre() {
        Bytes run = new Bytes(array, 2, 5);

        assertThat(run).isEqualTo(Bytes.of("23456")).hasSameHashCodeAs(Bytes.of("23456"));
        assertThat(run).isNotEqualTo(Bytes.of("23457")).isNotEqualTo(Bytes.of("2345"));
    }

    @Test
    void aRunThatDoesNotFitIsRefused() {
        Bytes run = new Bytes(array, 2, 5);

        assertThatThrownBy(() -> new Bytes(array, 8, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new Bytes(array, -1, 3)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> new Bytes(array, 1, Integer.MAX_VALUE)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> run.slice(4, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> run.slice(-1, 2)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
