package io.nanite.cli;

import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;

/** The wish to see the settings of a command instead of running it. {@link Main} fulfils it. */
final class PrintConfigOption {

    static final String FLAG = "--print-config";

    @Option(
            names = FLAG,
            description = "show all settings, each with where it comes from, in the form of a config.yml, and end")
    boolean wanted;

    static boolean isTyped(ParseResult parsed) {
        for (ParseResult at = parsed; at != null; at = at.subcommand()) {
            if (at.hasMatchedOption(FLAG)) {
                return true;
            }
        }
        return false;
    }
}
