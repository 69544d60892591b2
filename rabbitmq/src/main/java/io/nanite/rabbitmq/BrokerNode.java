package io.nanite.rabbitmq;

import io.nanite.core.ConfigException;
import java.util.ArrayList;
import java.util.List;

/**
 * Where one node of a broker listens.
 *
 * @param host name or address
 * @param port 1 to 65535
 */
public record BrokerNode(String host, int port) {

    private static final int HIGHEST_PORT = 65_535;
    private static final String EXPECTED = "a name or address, or of a cluster several: a,b:5673";

    /** Throws {@link ConfigException} if it is none. */
    public BrokerNode {
        if (host.isEmpty() || host.chars().anyMatch(c -> c <= ' ' || c == 0x7f)) {
            throw ConfigException.of("host", host, EXPECTED);
        }
        if (port < 1 || port > HIGHEST_PORT) {
            throw ConfigException.of("port", port, "1 to 65535");
        }
    }

    /**
     * Reads {@code rabbit1,rabbit2:5673}: at least one. Those that name no port have the given one. An address of IPv6
     * with a port stands in brackets. Throws {@link ConfigException} if it is none.
     */
    public static List<BrokerNode> parse(String text, int port) {
        List<BrokerNode> nodes = new ArrayList<>();
        for (String part : text.split(",", -1)) {
            nodes.add(one(text, part.strip(), port));
        }
        return List.copyOf(nodes);
    }

    private static BrokerNode one(String text, String part, int port) {
        if (part.isEmpty()) {
            throw ConfigException.of("host", text, EXPECTED);
        }
        int colon = part.lastIndexOf(':');
        boolean bareAddress = part.indexOf(':') < colon && !part.startsWith("[");
        if (bareAddress || colon < part.indexOf(']') || colon < 0) {
            return new BrokerNode(part, port);
        }
        String digits = part.substring(colon + 1);
        int own = digits.matches("[0-9]{1,5}") ? Integer.parseInt(digits) : 0;
        if (colon == 0 || own < 1 || own > HIGHEST_PORT) {
            throw ConfigException.of("host", text, EXPECTED);
        }
        return new BrokerNode(part.substring(0, colon), own);
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
