package io.nanite.cli;

import io.nanite.core.packet.Identity;
import java.nio.file.Path;

/** A command that runs something that stays: what the commands below it need to find those that run. */
interface Residence {

    BrokerOptions broker();

    DaemonOptions daemon();

    Path root();

    /** Whom a token means here. Throws {@link io.nanite.core.ConfigException} if it is none. */
    Identity identity(String name);
}
