package io.nanite.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads durations as people write them: {@code 500ms}, {@code 15s}, {@code 2m}, {@code 1h}; a bare number is seconds. */
final class Durations implements ITypeConverter<Duration> {

    private static final Pattern GRAMMAR = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h)?");

    @Override
    public Duration convert(String text) {
        Matcher matcher = GRAMMAR.matcher(text.trim());
        if (!matcher.matches()) {
            throw new TypeConversionException(
                    "'%s' is not a duration (expected: such as 500ms, 15s, 2m, 1h)".formatted(text));
        }
        String unit = matcher.group(2) == null ? "s" : matcher.group(2);
        double millis = Double.parseDouble(matcher.group(1))
                * switch (unit) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    case "m" -> 60_000;
                    default -> 3_600_000;
                };
        return Duration.ofMillis(Math.round(millis));
    }
}
