package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import io.nanite.metrics.MetricsEndpoint;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** A page of figures for Prometheus, for who wants one. */
final class MetricsOptions {

    private static final Logger LOG = LoggerFactory.getLogger(MetricsOptions.class);

    private static final int HIGHEST_PORT = 65_535;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--metrics-port",
            paramLabel = "PORT",
            description = "figures for Prometheus at http://127.0.0.1:PORT/metrics; 0 for any port (default: none)")
    @Nullable
    Integer port;

    @Option(
            scope = ScopeType.INHERIT,
            names = "--metrics-bind",
            paramLabel = "ADDRESS",
            description = "the address to listen on for them; who reaches it reads them (default: 127.0.0.1)")
    String bind = "127.0.0.1";

    private @Nullable MetricsEndpoint endpoint;

    /** Throws {@link ConfigException} if the port is none. */
    void check() {
        if (port != null && (port < 0 || port > HIGHEST_PORT)) {
            throw ConfigException.of("metrics port", port, "0 to " + HIGHEST_PORT);
        }
    }

    /** Listens, if that is wanted. Null if not. */
    @Nullable
    MetricsEndpoint start() {
        if (port == null) {
            return null;
        }
        try {
            endpoint = MetricsEndpoint.start(InetAddress.getByName(bind), port);
        } catch (UnknownHostException e) {
            throw ConfigException.of("metrics bind", Printable.of(bind), "an address of this machine");
        }
        LOG.info("figures at {}", endpoint.uri());
        return endpoint;
    }

    /** Listens no more. */
    void close() {
        if (endpoint != null) {
            endpoint.close();
        }
    }
}
