package io.nanite.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** What is about running under systemd. */
@Command(
        name = "service",
        description = "Has an agent or a mapper run under systemd.",
        subcommands = ServiceInstallCommand.class)
final class ServiceCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        common.usage();
        return ExitCode.OK.code();
    }
}
