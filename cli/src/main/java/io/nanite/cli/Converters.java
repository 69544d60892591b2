package io.nanite.cli;

import io.nanite.agent.AgentConfig.Ack;
import io.nanite.rabbitmq.RabbitConfig.QueueType;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** How texts become values. What is none is refused with the words for what would be one. */
final class Converters {

    private Converters() {}

    static void register(CommandLine commands) {
        commands.registerConverter(Duration.class, new Durations());
        // One object for two types: of two equal lambdas in a class, Java 17 crashes when it writes its archive of
        // classes.
        ITypeConverter<Integer> number = Converters::number;
        ITypeConverter<Boolean> truth = Converters::truth;
        commands.registerConverter(Integer.class, number);
        commands.registerConverter(int.class, number);
        commands.registerConverter(Boolean.class, truth);
        commands.registerConverter(boolean.class, truth);
        commands.registerConverter(Path.class, Converters::path);
        commands.registerConverter(URI.class, Converters::address);
        commands.registerConverter(Ack.class, Converters::ack);
        commands.registerConverter(QueueType.class, Converters::queueType);
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
