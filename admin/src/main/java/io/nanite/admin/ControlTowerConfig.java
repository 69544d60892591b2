package io.nanite.admin;

import io.nanite.core.ConfigException;
import java.net.InetAddress;

/**
 * Where the Control Tower listens, and what it lets people do. Checked once, here.
 *
 * @param port 1 to 65535, or 0 for any that is free
 * @param bind the address to listen on; one that others can reach needs users and TLS
 * @param readOnly whether people can only look
 */
public record ControlTowerConfig(int port, InetAddress bind, boolean readOnly) {

    private static final int HIGHEST_PORT = 65_535;

    /** Port 4000 of this machine, with everything allowed. */
    public static final ControlTowerConfig DEFAULT =
            new ControlTowerConfig(4000, InetAddress.getLoopbackAddress(), false);

    /** Throws {@link ConfigException} naming the first setting that is wrong. */
    public ControlTowerConfig {
        if (port < 0 || port > HIGHEST_PORT) {
            throw ConfigException.of("http port", port, "0 to " + HIGHEST_PORT);
        }
    }

    /** Throws {@link ConfigException} if others could reach it who need no password, or whose password others could read. */
    public void check(boolean users, boolean tls) {
        if (!bind.isLoopbackAddress() && !(users && tls)) {
            throw ConfigException.of(
                    "bind",
                    bind.getHostAddress(),
                    "an address of this machine alone, as 127.0.0.1, where there are no %s"
                            .formatted(users ? "TLS keys" : tls ? "users" : "users and no TLS keys"));
        }
    }

    public ControlTowerConfig withPort(int newPort) {
        return new ControlTowerConfig(newPort, bind, readOnly);
    }

    public ControlTowerConfig withBind(InetAddress newBind) {
        return new ControlTowerConfig(port, newBind, readOnly);
    }

    public ControlTowerConfig withReadOnly(boolean newReadOnly) {
        return new ControlTowerConfig(port, bind, newReadOnly);
    }
}
