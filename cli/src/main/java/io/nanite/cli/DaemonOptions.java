package io.nanite.cli;

import ch.qos.logback.core.util.FileSize;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** Whether a process goes into the background, what it leaves on the disk meanwhile, and where its log goes. */
final class DaemonOptions {

    private static final Logger LOG = LoggerFactory.getLogger(DaemonOptions.class);

    /** Said by whoever starts the process that stays. */
    static final String IN_BACKGROUND = "--in-background";

    private static final String SIZE = "a size such as 500KB, 10MB or 1GB";
    private static final int MOST_DAYS = 3_650;
    private static final long LEAST_SIZE = 1_024;

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-d", "--daemonize"},
            negatable = true,
            fallbackValue = "true",
            description = "go into the background; the command ends when the process there is ready, or has failed")
    boolean daemonize;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--pid-dir",
            paramLabel = "DIR",
            description = "for the pid file, the lock and the socket of this process (default: ROOT/run)")
    @Nullable
    Path pidDir;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--log-dir",
            paramLabel = "DIR",
            description = "write the log there (default: in the background ROOT/log, else nowhere)")
    @Nullable
    Path logDir;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--log-format",
            paramLabel = "FORMAT",
            description = "text for people, or json for machines, an object in each line (default: text)")
    String logFormat = "text";

    @Option(
            scope = ScopeType.INHERIT,
            names = "--log-size",
            paramLabel = "SIZE",
            description = "a log file that is larger is compressed, and another begun (default: 10MB)")
    String logSize = "10MB";

    @Option(
            scope = ScopeType.INHERIT,
            names = "--log-days",
            paramLabel = "DAYS",
            description = "how long compressed log files are kept (default: 14)")
    int logDays = 14;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--log-total",
            paramLabel = "SIZE",
            description = "of all compressed log files; the oldest go first (default: 200MB)")
    String logTotal = "200MB";

    @Option(scope = ScopeType.INHERIT, names = IN_BACKGROUND, hidden = true, description = "be the one that stays")
    boolean inBackground;

    /** Whether this process is to start the one that stays. */
    boolean mustStart() {
        return daemonize && !inBackground;
    }

    /** Throws {@link ConfigException} if a log cannot be written as is wanted. */
    private LogOutput.Limits limits() {
        if (logDays < 1 || logDays > MOST_DAYS) {
            throw ConfigException.of("log days", logDays, "1 to " + MOST_DAYS);
        }
        return new LogOutput.Limits(size("log size", logSize), logDays, size("log total", logTotal));
    }

    private static long size(String setting, String text) {
        try {
            long size = FileSize.valueOf(text.strip()).getSize();
            if (size >= LEAST_SIZE) {
                return size;
            }
        } catch (IllegalArgumentException e) {
            // Said below.
        }
        throw ConfigException.of(setting, Printable.of(text), SIZE);
    }

    private LogOutput.Format format() {
        return switch (logFormat.toLowerCase(Locale.ROOT)) {
            case "text" -> LogOutput.Format.TEXT;
            case "json" -> LogOutput.Format.JSON;
            default -> throw ConfigException.of("log format", Printable.of(logFormat), "text or json");
        };
    }

    /** Where these processes find each other. */
    RunFolder runFolder(Path root) {
        return new RunFolder((pidDir == null ? root.resolve("run") : pidDir).toAbsolutePath());
    }

    /** The file that this process logs to; null if it logs to none. */
    @Nullable
    Path logFile(Path root, Identity identity) {
        if (logDir == null && !daemonize && !inBackground) {
            return null;
        }
        return (logDir == null ? root.resolve("log") : logDir)
                .resolve(identity + ".log")
                .toAbsolutePath();
    }

    /** Has the log go where it should. Throws {@link ConfigException} if it cannot. */
    void openLog(CommonOptions common, Path root, Identity identity) {
        LogOutput.Limits limits = limits();
        LogOutput.Format format = format();
        Path file = logFile(root, identity);
        if (file != null) {
            makeLogFolder(file);
        }
        boolean coloured = common.isColoured();
        if (!mustStart() && (coloured || format == LogOutput.Format.JSON)) {
            LogOutput.console(format, coloured);
        }
        if (file != null && !mustStart()) {
            LogOutput.file(file, format, limits, inBackground);
        }
    }

    private static void makeLogFolder(Path file) {
        Path folder = file.getParent();
        if (file.toString().contains("%")) {
            // Logback would take it for the beginning of a date.
            throw ConfigException.of("log dir", folder, "a path without %");
        }
        try {
            if (folder != null) {
                Files.createDirectories(folder);
                if (Files.isWritable(folder)) {
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("{} cannot be made", folder, e);
        }
        throw ConfigException.of("log dir", folder, "a folder that can be written");
    }

    /** Starts the one that stays, as this one was told to be, and returns the exit code. */
    int start(CommonOptions common, Path root, Identity identity, PasswordOptions password)
            throws InterruptedException {
        Background background = new Background(
                common, identity, runFolder(root), Objects.requireNonNull(logFile(root, identity), "log file"));
        return background.start(
                Background.arguments(common.spec(), identity), null, Background.environment(common.spec(), password));
    }

    /**
     * The place of this process among those of its root. Throws {@link AlreadyRunningException} if somebody of this name
     * has it. In the foreground one may do without: where the usual folder cannot be written.
     */
    Station station(CommonOptions common, Path root, Identity identity) {
        RunFolder folder = runFolder(root);
        try {
            return new Station(common, folder, folder.claim(identity), identity, this, root);
        } catch (IOException e) {
            if (pidDir != null || inBackground) {
                throw ConfigException.of("pid dir", folder.path(), "a folder that can be written");
            }
            LOG.warn(
                    "{}: cannot be written, so nobody can ask or stop {} by its name (another folder: --pid-dir)",
                    folder.path(),
                    identity);
            return new Station(common, folder, null, identity, this, root);
        }
    }
}
