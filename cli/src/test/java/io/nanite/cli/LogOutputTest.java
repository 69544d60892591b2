package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.LogbackMDCAdapter;
import ch.qos.logback.core.Appender;
import io.nanite.cli.LogOutput.Format;
import io.nanite.cli.LogOutput.Limits;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of a log that grows, and what its lines look like. */
class LogOutputTest {

    private static final int KILOBYTE = 1_024;
    private static final Limits LARGE = new Limits(KILOBYTE * KILOBYTE, 14, 10L * KILOBYTE * KILOBYTE);

    @TempDir
    Path folder;

    private final LoggerContext context = new LoggerContext();

    @AfterEach
    void close() {
        context.stop();
    }

    private Logger logger(Path file, Format format, Limits limits) {
        context.setMDCAdapter(new LogbackMDCAdapter());
        Appender<ILoggingEvent> appender = LogOutput.appender(context, file, format, limits);
        Logger logger = context.getLogger("io.nanite.Some");
        logger.addAppender(appender);
        return logger;
    }

    private long compressed() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".gz"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
    }

    @Test
    void aLogThatGrowsIsBrokenIntoCompressedFilesOfWhichTheOldestGo() throws IOException {
        Path file = folder.resolve("nanite-50_off.log");
        Limits limits = new Limits(64 * KILOBYTE, 14, 30 * KILOBYTE);
        Logger logger = logger(file, Format.TEXT, limits);
        String[] lines = {"one", "two", "three", "four", "five", "six", "seven"};
        for (int i = 0; i < 40_000; i++) {
            logger.info("line {} of very many, and the word of this line is {} {}", i, lines[i % 7], i * 7919L);
        }
        assertThat(file.toFile().length()).isLessThan(limits.each() + KILOBYTE);
        Awaitility.await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> {
            try (Stream<Path> files = Files.list(folder)) {
                List<String> names = files.map(each -> each.getFileName().toString())
                        .sorted()
                        .toList();
                assertThat(names)
                        .hasSizeGreaterThan(1)
                        .allMatch(name -> name.matches("nanite-50_off(\\.\\d{4}-\\d\\d-\\d\\d\\.\\d+)?\\.log(\\.gz)?"));
            }
            // The oldest go when another file is begun: the last may be one too many until then.
            assertThat(compressed()).isBetween(1L, limits.total() + limits.each());
        });
    }

    @Test
    void forMachinesEachLineIsAnObject() throws IOException {
        Path file = folder.resolve("a.log");
        logger(file, Format.JSON, LARGE).warn("two\nlines of {}", "text", new IllegalStateException("why"));
        List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(1);
        Map<String, @Nullable Object> line = Json.object(lines.get(0));
        assertThat(line)
                .containsEntry("level", "WARN")
                .containsEntry("loggerName", "io.nanite.Some")
                .containsEntry("formattedMessage", "two\nlines of text")
                .containsKeys("timestamp", "threadName", "throwable")
                .doesNotContainKeys("arguments", "context");
    }

    @Test
    void forPeopleALineHasTheDay() throws IOException {
        Path file = folder.resolve("a.log");
        logger(file, Format.TEXT, LARGE).info("hello");
        assertThat(Files.readString(file)).matches("\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  hello\\R");
    }
}
