package io.nanite.cli;

import io.nanite.agent.AgentConfig.Ack;
import io.nanite.rabbitmq.RabbitConfig.QueueType;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How texts become values. What is none is refused with the words for what would be one. */
final class Converters {

    private Converters() {}

    static void register(CommandLine commands) {
        commands.registerConverter(Duration.class, new Durations());
        register(commands, Integer.class, Converters::number);
        register(commands, int.class, Converters::number);
        register(commands, Boolean.class, Converters::truth);
        register(commands, boolean.class, Converters::truth);
        register(commands, Path.class, Converters::path);
        register(commands, URI.class, Converters::address);
        register(commands, Ack.class, Converters::ack);
        register(commands, QueueType.class, Converters::queueType);
    }

    private static <T> void register(CommandLine commands, Class<T> type, Function<String, T> reading) {
        commands.registerConverter(type, new Converter<>(reading));
    }

    /** A converter as the commands want it; a class for the same reason as {@link Failures}. */
    private record Converter<T>(Function<String, T> reading) implements ITypeConverter<T> {

        @Override
        public T convert(String text) {
            return reading.apply(text);
        }
    }

    private static Integer number(String text) {
        try {
            return Integer.valueOf(text.strip());
        } catch (NumberFormatException e) {
            throw new TypeConversionException("a whole number");
        }
    }

    private static Boolean truth(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new TypeConversionException("true or false");
        };
    }

    private static Ack ack(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "early" -> Ack.EARLY;
            case "late" -> Ack.LATE;
            default -> throw new TypeConversionException("early or late");
        };
    }

    private static QueueType queueType(String text) {
        return switch (text.strip().toLowerCase(Locale.ROOT)) {
            case "classic" -> QueueType.CLASSIC;
            case "quorum" -> QueueType.QUORUM;
            default -> throw new TypeConversionException("classic or quorum");
        };
    }

    private static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("a path");
        }
    }

    private static URI address(String text) {
        try {
            URI address = new URI(text);
            if (("http".equals(address.getScheme()) || "https".equals(address.getScheme()))
                    && address.getHost() != null
                    && address.getRawUserInfo() == null) {
                return address;
            }
        } catch (URISyntaxException e) {
            // Said below.
        }
        throw new TypeConversionException("an address such as http://127.0.0.1:15672");
    }
}
