package io.nanite.examples.web.server;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.jetty.ee10.webapp.WebAppContext;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;

/** A Jetty on the loopback with one application, which has a class loader of its own, as in any servlet container. */
public final class WebServer implements AutoCloseable {

    private static final int BAD_START = 2;
    private static final int DEFAULT_PORT = 8080;
    private static final int HIGHEST_PORT = 65_535;

    /** Held here: a logger that nobody holds forgets its level. */
    private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

    /** Few: nobody's request keeps one while it waits. */
    private static final int THREADS = 16;

    private final Server server = new Server(new QueuedThreadPool(THREADS));
    private final ServerConnector connector = new ServerConnector(server);
    private final WebAppContext application = new WebAppContext();

    /** {@code WebServer FOLDER [PORT]}: runs the application in this folder until it is told to end. */
    public static void main(String[] arguments) {
        if (arguments.length < 1 || !Files.isRegularFile(Path.of(arguments[0], "WEB-INF", "web.xml"))) {
            System.err.println("arguments: %s (expected: a folder with WEB-INF/web.xml, and perhaps a port)"
                    .formatted(String.join(" ", arguments)));
            System.exit(BAD_START);
        }
        try {
            int port = arguments.length > 1 ? port(arguments[1]) : DEFAULT_PORT;
            WebServer server = new WebServer(Path.of(arguments[0]), port, Map.of());
            JETTY.setLevel(Level.SEVERE); // what is wrong is said below, in a sentence
            server.start();
            server.server.setStopAtShutdown(true);
            System.out.println("http://127.0.0.1:%d/ is up; Ctrl-C ends it".formatted(server.port()));
        } catch (NotStarted | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.exit(BAD_START);
        }
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= HIGHEST_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // The same complaint as for a number that is out of range.
        }
        throw new IllegalArgumentException("port: %s (expected: 0 to %d)".formatted(text, HIGHEST_PORT));
    }

    /** {@code folder} has WEB-INF/web.xml. Port 0 is a free one. Nothing starts yet. */
    public WebServer(Path folder, int port, Map<String, String> parameters) {
        connector.setHost("127.0.0.1");
        connector.setPort(port);
        server.addConnector(connector);
        application.setWar(folder.toUri().toString());
        application.setContextPath("/");
        parameters.forEach(application::setInitParameter);
        // Else a server would be there, and say 503 to everybody.
        application.setThrowUnavailableOnStartupException(true);
        server.setHandler(application);
    }

    /** Starts server and application; throws {@link NotStarted} with the reason if one of them does not. */
    public void start() {
        run(server::start);
    }

    /** Where it listens. */
    public int port() {
        return connector.getLocalPort();
    }

    /** Ends the application and starts it again with a new class loader, while the server goes on. */
    public void redeploy() {
        run(application::stop);
        run(application::start);
    }

    /** That of the application's classes; null while it is down. */
    public @Nullable ClassLoader loader() {
        return application.getClassLoader();
    }

    @Override
    public void close() {
        run(server::stop);
    }

    /** The server or its application did not start, or not stop. */
    public static final class NotStarted extends RuntimeException {

        private static final long serialVersionUID = 1;

        NotStarted(String message, Throwable cause) {
            super(message, cause);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static void run(Step step) {
        try {
            step.run();
        } catch (Exception e) {
            throw new NotStarted(sentence(e), e);
        }
    }

    /** What was said first: all else is wrapped around it. */
    private static String sentence(Throwable thrown) {
        Throwable first = thrown;
        while (first.getCause() != null && !first.getClass().getName().startsWith("io.nanite.")) {
            first = first.getCause();
        }
        return String.valueOf(first.getMessage());
    }
}
