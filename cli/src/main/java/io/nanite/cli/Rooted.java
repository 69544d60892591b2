package io.nanite.cli;

import java.nio.file.Path;

/** A command with a folder of its own, in which a {@code config.yml} may lie. */
interface Rooted {

    Path root();
}
