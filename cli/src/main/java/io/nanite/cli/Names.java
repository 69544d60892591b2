package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;

/** Names as people type them. */
final class Names {

    private static final String EXPECTED = "1-64 of A-Z a-z 0-9 _ -, a letter or digit first";

    private Names() {}

    static Identity agent(String setting, String name) {
        try {
            return Identity.agent(name);
        } catch (IllegalArgumentException e) {
            throw ConfigException.of(setting, Printable.of(name), EXPECTED);
        }
    }

    static Identity mapper(String setting, String name) {
        try {
            return Identity.mapper(name);
        } catch (IllegalArgumentException e) {
            throw ConfigException.of(setting, Printable.of(name), EXPECTED);
        }
    }
}
