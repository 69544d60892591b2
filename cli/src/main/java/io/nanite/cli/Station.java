package io.nanite.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * This process among those of its machine: holds its name, has a pid file when it is ready, and answers who asks how it is.
 * Any thread.
 */
final class Station implements AutoCloseable {

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(Station.class);

    private static final int MOST_LOGGED = 1_000;

    private final CommonOptions common;
    private final RunFolder folder;
    private final RunFolder.@Nullable Claim claim;
    private final Identity identity;
    private final DaemonOptions options;
    private final Path root;
    private final long began = TimeSource.system().nanos();
    private @Nullable ControlSocket socket;

    /** Without a claim nobody can ask. */
    Station(
            CommonOptions common,
            RunFolder folder,
            RunFolder.@Nullable Claim claim,
            Identity identity,
            DaemonOptions options,
            Path root) {
        this.common = common;
        this.folder = folder;
        this.claim = claim;
        this.identity = identity;
        this.options = options;
        this.root = root;
    }

    /** Everything stands: answers from now on, and logs its jobs at USR1. */
    void ready(Resident resident) {
        common.shutdown().each("USR1", () -> logJobs(resident));
        if (claim == null) {
            return;
        }
        try {
            socket = ControlSocket.listen(folder.socket(identity), identity, question -> answer(question, resident));
        } catch (IOException e) {
            LOG.warn("{}: nobody can ask how {} is: {}", folder.path(), identity, e.getMessage());
        }
        try {
            claim.ready();
        } catch (IOException e) {
            throw ConfigException.of("pid dir", folder.path(), "a folder that can be written");
        }
    }

    private void logJobs(Resident resident) {
        List<Map<String, @Nullable Object>> jobs = resident.jobs();
        LOG.info("{} has {} {}", identity, jobs.size(), jobs.size() == 1 ? "job" : "jobs");
        for (Map<String, @Nullable Object> job : jobs.subList(0, Math.min(jobs.size(), MOST_LOGGED))) {
            LOG.info("  {}", Statuses.job(job));
        }
        if (jobs.size() > MOST_LOGGED) {
            LOG.info("  and {} more", jobs.size() - MOST_LOGGED);
        }
    }

    private Map<String, @Nullable Object> answer(Map<String, @Nullable Object> question, Resident resident) {
        String wanted = String.valueOf(question.get("ask"));
        return switch (wanted) {
            case "status" -> status(resident);
            case "jobs" -> Map.of("jobs", resident.jobs());
            case "log-level" -> level(String.valueOf(question.get("level")), (@Nullable String) question.get("logger"));
            default -> throw ConfigException.of("ask", Printable.of(wanted), "status, jobs or log-level");
        };
    }

    private Map<String, @Nullable Object> status(Resident resident) {
        Duration uptime = Duration.ofNanos(TimeSource.system().nanos() - began);
        Instant since = TimeSource.system().now().minus(uptime).truncatedTo(ChronoUnit.SECONDS);
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        Map<String, @Nullable Object> status = new LinkedHashMap<>();
        status.put("process", identity.value());
        status.put("pid", ProcessHandle.current().pid());
        status.put("daemon", options.inBackground);
        status.put("since", since.toString());
        status.put("uptime_s", uptime.toSeconds());
        status.put("version", Main.Version.number());
        status.put("java", Runtime.version().toString());
        status.put("heap_used", heap.getUsed());
        status.put("heap_max", heap.getMax());
        status.put("resident", resident());
        resident.describe(status);
        Path log = options.logFile(root, identity);
        status.put("log", log == null ? null : log.toString());
        status.put("pid_dir", folder.path().toString());
        status.put("directory", Path.of("").toAbsolutePath().toString());
        status.put("arguments", Background.arguments(common.spec(), identity));
        return status;
    }

    /** Bytes of this process that are in memory, where the system says so. */
    private static @Nullable Long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(line -> line.startsWith("VmRSS:"))
                    .map(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1_024)
                    .findFirst()
                    .orElse(null);
        } catch (IOException e) {
            return null;
        }
    }

    private static Map<String, @Nullable Object> level(String level, @Nullable String name) {
        if (name == null) {
            Level before = ((Logger) LoggerFactory.getLogger(Logging.OURS)).getEffectiveLevel();
            Logging.level(level, Level.INFO);
            return changed(Logging.OURS, before, Logging.named(level));
        }
        Logger logger = (Logger) LoggerFactory.getLogger(name);
        Level before = logger.getEffectiveLevel();
        logger.setLevel(Logging.named(level));
        return changed(name, before, Logging.named(level));
    }

    private static Map<String, @Nullable Object> changed(String name, Level before, Level after) {
        LOG.info("the log level of {} is {} now, and was {}", Printable.of(name), after, before);
        return Map.of("logger", name, "before", before.toString(), "level", after.toString());
    }

    /** Gives the name free, and leaves nothing behind. */
    @Override
    public void close() {
        if (socket != null) {
            socket.close();
        }
        if (claim != null) {
            try {
                claim.close();
            } catch (IOException e) {
                LOG.debug("{} left something in {}", identity, folder.path(), e);
            }
        }
    }
}
