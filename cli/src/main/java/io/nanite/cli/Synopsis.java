package io.nanite.cli;

import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;

/**
 * The first line of a command's help, with something else for what it begins with. A class, not a lambda, for the same reason
 * as {@link Failures}.
 */
record Synopsis(String beginning, String instead) implements IHelpSectionRenderer {

    @Override
    public String render(Help help) {
        return help.synopsis(help.synopsisHeadingLength()).replaceFirst("^" + beginning, instead);
    }
}
