package io.nanite.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.nanite.agent.Agent;
import io.nanite.core.ConfigException;
import io.nanite.mapper.Mapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A page of figures in the text format of Prometheus, at {@code /metrics}: those of mappers and agents that are bound to it,
 * and those of the virtual machine. It asks nobody who he is: what it listens on should be reachable by friends alone.
 */
public final class MetricsEndpoint implements AutoCloseable {

    private static final String PATH = "/metrics";

    /** More pages at once than this wait for each other. */
    private static final int THREADS = 4;

    private static final int MOST_PORT = 65_535;

    private final Figures figures = new Figures();
    private final HttpServer server;
    private final ExecutorService workers;

    private MetricsEndpoint(HttpServer server) {
        this.server = server;
        workers = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "metrics-page");
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(workers);
        server.createContext("/", this::answer);
    }

    /** Listens at this address of this machine; 0 is any port that is free. Throws {@link ConfigException} if it cannot. */
    public static MetricsEndpoint start(InetAddress address, int port) {
        if (port < 0 || port > MOST_PORT) {
            throw ConfigException.of("metrics port", port, "0 to " + MOST_PORT);
        }
        try {
            MetricsEndpoint endpoint = new MetricsEndpoint(HttpServer.create(new InetSocketAddress(address, port), 0));
            endpoint.server.start();
            return endpoint;
        } catch (IOException e) {
            throw ConfigException.of("metrics port", port, "one that is free at " + address.getHostAddress());
        }
    }

    /** Where the page is. */
    public URI uri() {
        String host = server.getAddress().getAddress().getHostAddress();
        return URI.create("http://%s:%d%s"
                .formatted(
                        host.contains(":") ? "[" + host + "]" : host,
                        server.getAddress().getPort(),
                        PATH));
    }

    public void bind(Mapper mapper) {
        figures.bind(mapper);
    }

    public void bind(Agent agent) {
        figures.bind(agent);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!exchange.getRequestURI().getPath().equals(PATH)) {
                exchange.sendResponseHeaders(404, -1);
            } else if (!exchange.getRequestMethod().equals("GET")) {
                exchange.getResponseHeaders().set("Allow", "GET");
                exchange.sendResponseHeaders(405, -1);
            } else {
                byte[] page = figures.text().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
                exchange.sendResponseHeaders(200, page.length);
                exchange.getResponseBody().write(page);
            }
        }
    }

    /** Listens no more. Closing twice does nothing. */
    @Override
    public void close() {
        server.stop(0);
        workers.shutdownNow();
        figures.close();
    }
}
