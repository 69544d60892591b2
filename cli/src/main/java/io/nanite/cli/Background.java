package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Starts a process that outlives the command that starts it: in a session of its own, reading nothing, writing what is no log
 * to a file beside it.
 */
final class Background {

    private static final String HOME = "NANITE_HOME";
    private static final String PASSWORD = "pass";
    private static final String ASK = "ask_pass";

    /** Said anew, or not at all. */
    private static final Set<String> NOT_HANDED_ON = Set.of("daemonize", "in_background", "token", PASSWORD, ASK);

    private static final long LOOK_AGAIN_MILLIS = 20;

    private final CommonOptions common;
    private final Identity identity;
    private final RunFolder folder;
    private final Path log;

    Background(CommonOptions common, Identity identity, RunFolder folder, Path log) {
        this.common = common;
        this.identity = identity;
        this.folder = folder;
        this.log = log;
    }

    /** What was typed for this command, as another process can be told it: no password is in it, for lists of processes show it. */
    static List<String> arguments(CommandSpec command, Identity identity) {
        List<String> arguments = new ArrayList<>(List.of(command.name(), "--token=" + identity.name()));
        // Each once, however often it was typed.
        for (OptionSpec option :
                new LinkedHashSet<>(command.commandLine().getParseResult().matchedOptions())) {
            if (NOT_HANDED_ON.contains(Settings.key(option))) {
                continue;
            }
            if (option.typeInfo().isBoolean()) {
                arguments.add("%s=%s".formatted(option.longestName(), option.<Object>getValue()));
            } else {
                option.originalStringValues().forEach(value -> arguments.add(option.longestName() + "=" + value));
            }
        }
        return arguments;
    }

    /** The password that was typed, here or when it was asked for, for the environment of a process; nothing if none was. */
    static Map<String, String> environment(CommandSpec command, PasswordOptions password) {
        boolean typed = command.commandLine().getParseResult().matchedOption(PASSWORD) != null;
        if (password.askPass) {
            return Map.of("NANITE_PASS", password.secret().value(), "NANITE_ASK_PASS", "false");
        }
        return typed ? Map.of("NANITE_PASS", password.secret().value()) : Map.of();
    }

    /**
     * Starts it in this directory, or in ours, with these variables more than ours, and waits until it is ready or has
     * ended. Returns the exit code; what it complains of is said on our standard error.
     */
    int start(List<String> arguments, @Nullable Path directory, Map<String, String> environment)
            throws InterruptedException {
        Optional<String> holder = folder.holder(identity);
        if (holder.isPresent()) {
            throw new AlreadyRunningException(identity, holder.get(), folder.path());
        }
        Path said = log.resolveSibling(identity + ".out");
        List<String> command = new ArrayList<>(detached());
        command.add(installation().resolve("bin").resolve("nanite").toString());
        command.addAll(arguments);
        command.add(DaemonOptions.IN_BACKGROUND);
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectInput(new File("/dev/null"))
                .redirectOutput(said.toFile())
                .redirectErrorStream(true);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        builder.environment().putAll(environment);
        try {
            Process process = builder.start();
            try {
                return await(process, said);
            } catch (InterruptedException e) {
                process.destroy();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int await(Process process, Path said) throws InterruptedException, IOException {
        String pid = Long.toString(process.pid());
        while (!process.waitFor(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
            if (folder.ready(identity).filter(pid::equals).isPresent()) {
                common.out().printf("%s is ready, pid %s, log %s%n", identity, pid, log);
                return ExitCode.OK.code();
            }
        }
        try (InputStream in = Files.newInputStream(said)) {
            common.err().print(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            common.err().flush();
        }
        int code = process.exitValue();
        if (code == 0) {
            common.err().printf("%s: ended before it was ready (expected: the reason in %s)%n", identity, log);
        }
        return code == 0 ? ExitCode.FAILED.code() : code;
    }

    /** In a session of its own no terminal can hang it up; where there is no setsid, nohup does as much as is needed. */
    private List<String> detached() {
        for (String program : List.of("setsid", "nohup")) {
            if (isInstalled(program)) {
                return List.of(program);
            }
        }
        return List.of();
    }

    private boolean isInstalled(String program) {
        String path = common.environment("PATH");
        if (path == null) {
            return false;
        }
        for (String folderOfPath : path.split(File.pathSeparator, -1)) {
            if (Files.isExecutable(Path.of(folderOfPath, program))) {
                return true;
            }
        }
        return false;
    }

    private Path installation() {
        String home = common.environment(HOME);
        if (home == null || !Files.isDirectory(Path.of(home))) {
            throw ConfigException.of(HOME, home, "the folder of this installation; start it with its launcher");
        }
        return Path.of(home);
    }
}
