package io.nanite.cli;

import io.nanite.admin.Role;
import io.nanite.admin.TowerUser;
import io.nanite.core.ConfigException;
import java.io.BufferedReader;
import java.io.Console;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes somebody who may log in to the Control Tower. */
@Command(
        name = "user",
        description =
                "Makes somebody who may log in to the Control Tower: asks for a password on the terminal, or reads it "
                        + "from the first line of the standard input, and writes a line of the file of users.")
final class TowerUserCommand implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "NAME", description = "1 to 64 of A-Z a-z 0-9 . _ @ -")
    String name = "";

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description = "viewer looks, operator works, admin does everything (default: viewer)")
    String role = "viewer";

    @Option(
            names = "--users",
            paramLabel = "FILE",
            description = "the file of users to write to (default: prints the line)")
    @Nullable
    Path users;

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public Integer call() throws IOException {
        TowerUser user = TowerUser.of(name, role(), password(), new SecureRandom());
        if (users == null) {
            common.out().println(user.line());
        } else {
            new UsersFile(users).put(user);
            common.out().println("%s is in %s".formatted(user, users));
        }
        return ExitCode.OK.code();
    }

    private Role role() {
        return Arrays.stream(Role.values())
                .filter(each -> each.word().equals(role))
                .findFirst()
                .orElseThrow(() -> ConfigException.of("role", role, "viewer, operator or admin"));
    }

    @SuppressWarnings("SystemConsoleNull") // before Java 22 it may be null, and from then on isTerminal tells
    private static char[] password() throws IOException {
        Console console = System.console();
        if (console != null && PasswordOptions.isTerminal(console)) {
            char[] first = console.readPassword("Password: ");
            char[] second = console.readPassword("Once more: ");
            if (first == null || !Arrays.equals(first, second)) {
                throw ConfigException.of("password", "two that differ", "the same twice");
            }
            return first;
        }
        String line = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)).readLine();
        return line == null ? new char[0] : line.toCharArray();
    }
}
