package io.nanite.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import io.nanite.cli.console.Screen;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Has the log go where a console prints, above its prompt, until it is sent back. */
final class LogAbove {

    private final List<ConsoleAppender<ILoggingEvent>> moved = new ArrayList<>();

    private LogAbove() {}

    static LogAbove of(Screen screen, @Nullable String level) {
        Logging.level(level, Level.WARN);
        LogAbove above = new LogAbove();
        Logger root = (Logger) LoggerFactory.getLogger(Logger.ROOT_LOGGER_NAME);
        for (Iterator<Appender<ILoggingEvent>> each = root.iteratorForAppenders(); each.hasNext(); ) {
            if (each.next() instanceof ConsoleAppender<ILoggingEvent> appender && appender.isStarted()) {
                appender.setOutputStream(new Lines(screen.err()));
                above.moved.add(appender);
            }
        }
        return above;
    }

    /** Has it go again where it went before. */
    void back() {
        for (ConsoleAppender<ILoggingEvent> appender : moved) {
            appender.stop();
            appender.start(); // goes back to its own stream
        }
    }

    /** Bytes of the log, as text. */
    private static final class Lines extends OutputStream {

        private final PrintWriter to;

        private Lines(PrintWriter to) {
            this.to = to;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        /** An event is written as a whole. */
        @Override
        public void write(byte[] bytes, int offset, int length) {
            to.write(new String(bytes, offset, length, StandardCharsets.UTF_8));
        }
    }
}
