package io.nanite.cli;

import picocli.CommandLine.Option;

/** What every command understands. Not {@code -h}, which has always been the host here. */
final class HelpOptions {

    @Option(names = "--help", usageHelp = true, description = "show this and end")
    boolean help;

    @Option(names = "--version", versionHelp = true, description = "show the version and end")
    boolean version;
}
