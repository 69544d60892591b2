package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import java.io.Console;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The password for the broker, by a way that does not show it to others: a file, a prompt, or the environment. */
final class PasswordOptions {

    private static final Logger LOG = LoggerFactory.getLogger(PasswordOptions.class);

    /** The password of the walk-through, on both brokers. */
    private static final Secret DEFAULT = new Secret("testing");

    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private static final long MOST_BYTES = 4_096;

    @Option(
            scope = ScopeType.INHERIT,
            names = {"-p", "--pass"},
            paramLabel = "PASSWORD",
            description = "its password; better in NANITE_PASS, where no process listing shows it (default: testing)")
    @Nullable
    String pass;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--pass-file",
            paramLabel = "FILE",
            description = "a file with nothing but the password in its first line, which only its owner may read")
    @Nullable
    Path passFile;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--ask-pass",
            negatable = true,
            fallbackValue = "true",
            description = "ask for the password on the terminal")
    boolean askPass;

    private @Nullable Secret asked;

    /**
     * The password; asks for it once. Throws {@link ConfigException} if the file cannot be read or others can read it, if
     * there is no terminal to ask on, or if there are two passwords.
     */
    Secret secret() {
        if (askPass) {
            if (asked == null) {
                asked = ask();
            }
            return asked;
        }
        if (passFile != null) {
            if (pass != null) {
                throw ConfigException.of(
                        "--pass-file",
                        passFile,
                        "nothing, where a password is set already: --pass, NANITE_PASS or pass");
            }
            return read("--pass-file", passFile);
        }
        return pass == null ? DEFAULT : new Secret(pass);
    }

    /** Whether anybody has set one. */
    boolean isSet() {
        return askPass || passFile != null || pass != null;
    }

    /** Says in the log where others can see it. To be called when the log is set up. */
    void warn(CommonOptions common) {
        if (common.typed("--pass")) {
            LOG.warn("a password on the command line shows in every list of processes (better: NANITE_PASS)");
        }
        Path file = common.settings().fileOf("pass");
        if (file != null && isOpen(file)) {
            LOG.warn("{} has a password in it, and others may read it (better: chmod 600)", file);
        }
    }

    @SuppressWarnings("SystemConsoleNull") // before Java 22 it may be null, and from then on isTerminal tells
    private static Secret ask() {
        Console console = System.console();
        char[] typed = console == null || !isTerminal(console) ? null : console.readPassword("Password: ");
        if (typed == null) {
            throw ConfigException.of("--ask-pass", true, "a terminal to ask on; else --pass-file or NANITE_PASS");
        }
        return new Secret(new String(typed));
    }

    /** From Java 22 on there is a console without a terminal too. */
    static boolean isTerminal(Console console) {
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (NoSuchMethodException e) {
            return true;
        } catch (ReflectiveOperationException e) {
            return false;
        }
    }

    /**
     * The first line of a file that only its owner may read. Throws {@link ConfigException}, with the flag that named it, if it
     * is not so.
     */
    static Secret read(String flag, Path file) {
        try {
            if (isOpen(file)) {
                throw ConfigException.of(
                        flag,
                        "%s, %s".formatted(file, PosixFilePermissions.toString(Files.getPosixFilePermissions(file))),
                        "a file that only its owner may read: chmod 600");
            }
            if (Files.size(file) > MOST_BYTES) {
                throw ConfigException.of(flag, file, "a file of at most %d bytes with one line".formatted(MOST_BYTES));
            }
            String line = Files.readString(file).lines().findFirst().orElse("");
            if (line.isEmpty()) {
                throw ConfigException.of(flag, file, "a password in its first line");
            }
            return new Secret(line);
        } catch (NoSuchFileException e) {
            throw ConfigException.of(flag, file, "a file");
        } catch (CharacterCodingException e) {
            throw ConfigException.of(flag, file, "a file in UTF-8");
        } catch (IOException e) {
            throw ConfigException.of(flag, file, "a file that can be read");
        }
    }

    /** Whether others than its owner may do anything with this file; unknown is no. */
    private static boolean isOpen(Path file) {
        try {
            return Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains);
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
