package io.nanite.cli;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.rolling.RollingFileAppender;
import ch.qos.logback.core.rolling.SizeAndTimeBasedRollingPolicy;
import ch.qos.logback.core.util.FileSize;
import java.nio.file.Path;
import java.util.Iterator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where the log goes, and what a line of it looks like. Set once, before anything is logged that matters. */
final class LogOutput {

    /** What a line looks like. */
    enum Format {
        TEXT,
        JSON
    }

    /**
     * How much of a log is kept.
     *
     * @param each bytes, after which a file is closed, compressed, and another begun; each day begins one too
     * @param days how long files are kept
     * @param total bytes of all closed files
     */
    record Limits(long each, int days, long total) {}

    private static final String TIME_OF_DAY = "%d{HH:mm:ss.SSS}";
    private static final String DATE = "%d{yyyy-MM-dd HH:mm:ss.SSS}";
    private static final String REST = " %msg%n%ex{short}";

    private LogOutput() {}

    /** How the log on the standard error looks from now on. */
    static void console(Format format, boolean coloured) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        for (Iterator<Appender<ILoggingEvent>> all = root(context).iteratorForAppenders(); all.hasNext(); ) {
            if (all.next() instanceof ConsoleAppender<ILoggingEvent> console) {
                console.setEncoder(encoder(context, format, TIME_OF_DAY, coloured));
            }
        }
    }

    /** Writes the log to this file too, or only there. */
    static void file(Path file, Format format, Limits limits, boolean alone) {
        LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
        Appender<ILoggingEvent> appender = appender(context, file, format, limits);
        ch.qos.logback.classic.Logger root = root(context);
        if (alone) {
            root.detachAndStopAllAppenders();
        }
        root.addAppender(appender);
    }

    static Appender<ILoggingEvent> appender(LoggerContext context, Path file, Format format, Limits limits) {
        RollingFileAppender<ILoggingEvent> appender = new RollingFileAppender<>();
        appender.setContext(context);
        appender.setName(file.toString());
        appender.setFile(file.toString());
        appender.setEncoder(encoder(context, format, DATE, false));
        SizeAndTimeBasedRollingPolicy<ILoggingEvent> rolling = new SizeAndTimeBasedRollingPolicy<>();
        rolling.setContext(context);
        rolling.setParent(appender);
        rolling.setFileNamePattern(pattern(file));
        rolling.setMaxFileSize(new FileSize(limits.each()));
        rolling.setMaxHistory(limits.days());
        rolling.setTotalSizeCap(new FileSize(limits.total()));
        rolling.setCleanHistoryOnStart(true);
        rolling.start();
        appender.setRollingPolicy(rolling);
        appender.start();
        return appender;
    }

    private static String pattern(Path file) {
        return file.toString().replaceFirst("\\.log$", "") + ".%d{yyyy-MM-dd}.%i.log.gz";
    }

    private static ch.qos.logback.classic.Logger root(LoggerContext context) {
        return context.getLogger(Logger.ROOT_LOGGER_NAME);
    }

    static Encoder<ILoggingEvent> encoder(LoggerContext context, Format format, String time, boolean coloured) {
        if (format == Format.JSON) {
            JsonEncoder encoder = new JsonEncoder();
            encoder.setContext(context);
            encoder.setWithSequenceNumber(false);
            encoder.setWithNanoseconds(false);
            encoder.setWithContext(false);
            encoder.setWithFormattedMessage(true);
            encoder.setWithMessage(false);
            // What is in them is in the message.
            encoder.setWithArguments(false);
            encoder.start();
            return encoder;
        }
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern(time + (coloured ? " %highlight(%-5level)" : " %-5level") + REST);
        encoder.start();
        return encoder;
    }
}
