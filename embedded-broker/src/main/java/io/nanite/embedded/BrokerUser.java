package io.nanite.embedded;

import io.nanite.core.ConfigException;
import java.util.regex.Pattern;

/** Someone who may use the broker's vhost. Immutable; its text does not show the password. */
public record BrokerUser(String name, String password) {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.@-]{1,128}");

    /** {@code name} is 1 to 128 letters, digits or {@code _.@-}; {@code password} is not empty. */
    public BrokerUser {
        if (!NAME.matcher(name).matches()) {
            throw ConfigException.of("broker user", "\"" + name + "\"", "1 to 128 letters, digits or _.@-");
        }
        // Broker-J would replace a variable in there by its value.
        if (password.isEmpty() || password.contains("${")) {
            throw ConfigException.of("password of broker user " + name, "***", "some text, without ${");
        }
    }

    @Override
    public String toString() {
        return "BrokerUser[name=" + name + ", password=***]";
    }
}
