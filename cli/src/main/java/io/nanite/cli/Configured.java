package io.nanite.cli;

/** A command whose settings can be checked without doing anything with them. */
interface Configured {

    /** Throws {@link io.nanite.core.ConfigException} if one of them is no good. Touches neither the broker nor a port. */
    void check();
}
