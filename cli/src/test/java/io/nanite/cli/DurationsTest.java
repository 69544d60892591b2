package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DurationsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "5, 5000",
        "0.5, 500",
        "500ms, 500",
        "0ms, 0",
        "1.5s, 1500",
        "2s, 2000",
        "2 s, 2000",
        "1m, 60000",
        "0.25m, 15000",
        "1h, 3600000",
        "1.5h, 5400000",
        "' 3s ', 3000",
        "0.001, 1",
        "999999999h, 3599999996400000"
    })
    void peopleWriteTimesLikeThis(String text, long millis) {
        assertThat(new Durations().convert(text)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "s",
                "-1s",
                "+1s",
                "1e3",
                "1d",
                "1 hour",
                "PT1S",
                "1,5s",
                "1.s",
                ".5s",
                "1s2",
                "1.2345s",
                "10000000000",
                "NaN",
                "Infinity",
                "0x10",
                "٣s",
                "1S"
            })
    void nothingElseIsATime(String text) {
        assertThatThrownBy(() -> new Durations().convert(text))
                .isInstanceOf(TypeConversionException.class)
                .hasMessage("a time such as 500ms, 15s, 2m or 1h");
    }
}
