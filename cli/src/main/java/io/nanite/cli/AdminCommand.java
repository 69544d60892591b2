package io.nanite.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The Control Tower's place. */
@Command(name = "nanite-admin", aliases = "admin", description = "The Control Tower; not part of this version yet.")
final class AdminCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        common.err()
                .println(
                        "nanite-admin: this version has no Control Tower yet; nanite-mapper agents shows who is there");
        return ExitCode.USAGE.code();
    }
}
