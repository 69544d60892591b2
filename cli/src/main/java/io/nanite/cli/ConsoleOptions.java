package io.nanite.cli;

import io.nanite.cli.console.Front;
import io.nanite.cli.console.PipeFront;
import io.nanite.cli.console.Screen;
import io.nanite.cli.console.TerminalFront;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.mapper.Mapper;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Whether a command is to be a console, and how. */
final class ConsoleOptions {

    private static final String HISTORY = "history";

    @Option(
            names = {"-i", "--interactive"},
            negatable = true,
            fallbackValue = "true",
            description = "a console: takes commands from the terminal, or from a pipe; help shows them")
    boolean interactive;

    @Option(
            names = "--history",
            paramLabel = "FILE",
            description = "where the console keeps what was typed (default: ~/.nanite/history)")
    @Nullable
    Path history;

    @Option(
            names = "--json",
            negatable = true,
            fallbackValue = "true",
            description = "all answers as JSON, one object in a line")
    boolean json;

    /** Throws {@link ConfigException} if a console should go into the background. */
    void check(DaemonOptions daemon) {
        if (interactive && daemon.daemonize) {
            throw ConfigException.of("--daemonize", true, "nothing, with --interactive");
        }
    }

    /** Runs a console until it ends. {@code starter} makes the mapper, told whether somebody sits at it; {@code self} is the agent whose console it is, if any. */
    int run(
            CommonOptions common,
            @Nullable String level,
            Function<Boolean, Mapper> starter,
            boolean offlineFailsafe,
            String title,
            @Nullable Identity self)
            throws InterruptedException {
        String noColour = common.environment("NO_COLOR");
        TerminalFront terminal = TerminalFront.open(() -> historyFile(common), noColour == null || noColour.isEmpty());
        if (terminal == null) {
            return run(common, pipe(common), level, starter, offlineFailsafe, self);
        }
        try (terminal) {
            terminal.screen().out().println(title + "; help shows what it can do, Ctrl-D ends it");
            return run(common, terminal, level, starter, offlineFailsafe, self);
        }
    }

    private int run(
            CommonOptions common,
            Front front,
            @Nullable String level,
            Function<Boolean, Mapper> starter,
            boolean offlineFailsafe,
            @Nullable Identity self) {
        LogAbove log = LogAbove.of(front.screen(), level);
        try (Mapper mapper = starter.apply(front.live());
                Session session = new Session(mapper, front, common.settings(), offlineFailsafe, self)) {
            if (json) {
                session.defaults().set("json", "true");
            }
            common.shutdown().with(session::end);
            int code = session.run();
            Integer signalled = common.shutdown().code();
            return front.live() || signalled == null ? code : signalled;
        } finally {
            log.back();
        }
    }

    /** The input may be interrupted while it is waited for; a reader of the channel itself would wait until it has a lot. */
    private static Front pipe(CommonOptions common) {
        InputStream in = Channels.newInputStream(new FileInputStream(FileDescriptor.in).getChannel());
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        return new PipeFront(lines, Screen.plain(common.out(), common.err()));
    }

    private Path historyFile(CommonOptions common) {
        Path file = history == null ? standard(common) : history;
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            // What somebody typed is nobody else's.
            boolean posix = file.getFileSystem().supportedFileAttributeViews().contains("posix");
            FileAttribute<?>[] mine = posix
                    ? new FileAttribute<?>[] {
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                    }
                    : new FileAttribute<?>[0];
            Files.createFile(file, mine);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isRegularFile(file)) {
                throw ConfigException.of("--history", file, "a file");
            }
        } catch (IOException e) {
            throw ConfigException.of("--history", file, "a file that can be written");
        }
        return file;
    }

    private static Path standard(CommonOptions common) {
        String state = common.environment("XDG_STATE_HOME");
        if (state != null && !state.isEmpty()) {
            return Path.of(state, "nanite", HISTORY);
        }
        String home = common.environment("HOME");
        return Path.of(home == null ? System.getProperty("user.home") : home, ".nanite", HISTORY);
    }
}
