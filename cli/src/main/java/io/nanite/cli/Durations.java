package io.nanite.cli;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as people write them: {@code 500ms}, {@code 15s}, {@code 2m}, {@code 1h}; a bare number is seconds. */
final class Durations implements ITypeConverter<Duration> {

    private static final Pattern GRAMMAR = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)\\s?(ms|s|m|h)?");

    /** As it would be written: in the largest unit that says it exactly, to the millisecond. */
    static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1_000;
        if (seconds == 0 || seconds % 60 != 0) {
            return seconds + "s";
        }
        return seconds % 3_600 == 0 ? seconds / 3_600 + "h" : seconds / 60 + "m";
    }

    @Override
    public Duration convert(String text) {
        Matcher matcher = GRAMMAR.matcher(text.strip());
        if (!matcher.matches()) {
            throw new TypeConversionException("a time such as 500ms, 15s, 2m or 1h");
        }
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        long nanos =
                switch (unit) {
                    case "ms" -> 1_000_000L;
                    case "s" -> 1_000_000_000L;
                    case "m" -> 60_000_000_000L;
                    default -> 3_600_000_000_000L;
                };
        // Nanoseconds of 999,999,999 hours are more than a long can hold, milliseconds are not.
        return Duration.ofMillis(new BigDecimal(matcher.group(1))
                .multiply(BigDecimal.valueOf(nanos))
                .divideToIntegralValue(BigDecimal.valueOf(1_000_000))
                .longValueExact());
    }
}
