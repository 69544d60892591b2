package io.nanite.rabbitmq;

import io.nanite.core.Secret;
import io.nanite.core.transport.AuthenticationRefused;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Prepares a RabbitMQ: the vhost, the users {@code mapper} and {@code nanite}, what they may do, and the policies that
 * clients cannot set. Whatever exists already stays, but for passwords and permissions, which are set anew.
 */
public final class Provisioner {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Both for a wrong password and for a user who is no administrator. */
    private static final int UNAUTHORIZED = 401;

    /** Queues of mappers that crashed go a day after their last reader. */
    private static final String EXPIRY = "{\"expires\":86400000}";

    private static final String EXPIRY_PATTERN = "^mapper-(?!offline$)[A-Za-z0-9_-]+$";

    private final URI management;
    private final String adminUser;
    private final Secret adminPassword;

    /** The login is for the management API, which is asked only where {@code rabbitmqctl} does not answer. */
    public Provisioner(URI management, String adminUser, Secret adminPassword) {
        this.management = management;
        this.adminUser = adminUser;
        this.adminPassword = adminPassword;
    }

    /**
     * Prepares the vhost, and gives both users this password. Returns a sentence for each thing that was done; throws {@link
     * ProvisioningException} if neither way leads to a broker, {@link AuthenticationRefused} if the administrator is none.
     */
    public List<String> provision(String vhost, Secret password) throws InterruptedException {
        String whyNot = ctlTrouble();
        if (whyNot == null) {
            return throughCtl(vhost, password);
        }
        try {
            return throughManagement(vhost, password);
        } catch (IOException e) {
            throw new ProvisioningException(
                    "no RabbitMQ to prepare: rabbitmqctl: %s; %s: %s".formatted(whyNot, management, reason(e)), e);
        }
    }

    /**
     * As {@link #provision}, but only through the management API: for a broker elsewhere, where the {@code rabbitmqctl} of
     * this machine would prepare another one.
     */
    public List<String> provisionThere(String vhost, Secret password) throws InterruptedException {
        try {
            return throughManagement(vhost, password);
        } catch (IOException e) {
            throw new ProvisioningException("no RabbitMQ to prepare: %s: %s".formatted(management, reason(e)), e);
        }
    }

    private static String reason(IOException error) {
        if (error instanceof ConnectException) {
            return "connection refused";
        }
        return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    }

    private static @org.jspecify.annotations.Nullable String ctlTrouble() throws InterruptedException {
        try {
            Run run = ctl("", "-q", "list_vhosts");
            return run.exit() == 0 ? null : run.output().lines().findFirst().orElse("exit " + run.exit());
        } catch (IOException e) {
            return "not on the PATH";
        }
    }

    private List<String> throughCtl(String vhost, Secret password) throws InterruptedException {
        List<String> done = new ArrayList<>();
        try {
            boolean there =
                    ctl("", "-q", "list_vhosts", "--silent").output().lines().anyMatch(vhost::equals);
            if (!there) {
                must(ctl("", "-q", "add_vhost", vhost));
            }
            done.add("vhost %s: %s".formatted(vhost, there ? "is there" : "made"));
            for (String user : List.of("mapper", "nanite")) {
                boolean known = ctl("", "-q", "list_users", "--silent")
                        .output()
                        .lines()
                        .anyMatch(line -> line.startsWith(user + "\t"));
                // The password goes through the standard input: nobody sees it in a list of processes.
                must(ctl(password.value() + "\n", "-q", known ? "change_password" : "add_user", user));
                must(ctl("", "-q", "set_permissions", "-p", vhost, user, ".*", ".*", ".*"));
                done.add("user %s: %s, may use %s".formatted(user, known ? "was there, password set" : "made", vhost));
            }
            must(ctl(
                    "",
                    "-q",
                    "set_policy",
                    "-p",
                    vhost,
                    "--apply-to",
                    "queues",
                    "nanite-expiry",
                    EXPIRY_PATTERN,
                    EXPIRY));
            done.add("policy nanite-expiry: queues of mappers that crashed go after a day");
        } catch (IOException e) {
            throw new ProvisioningException("rabbitmqctl: " + e.getMessage(), e);
        }
        return done;
    }

    private record Run(int exit, String output) {}

    private static Run ctl(String input, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add("rabbitmqctl");
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try (var in = process.getOutputStream()) {
            in.write(input.getBytes(StandardCharsets.UTF_8));
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException("no answer in %d s".formatted(PATIENCE.toSeconds()));
        }
        return new Run(process.exitValue(), output.strip());
    }

    private static void must(Run run) throws IOException {
        if (run.exit() != 0) {
            throw new IOException(run.output());
        }
    }

    private List<String> throughManagement(String vhost, Secret password) throws IOException, InterruptedException {
        // RabbitMQ 3.10 ends the connection when it is asked for HTTP/2, as the client otherwise does.
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(PATIENCE)
                .build();
        List<String> done = new ArrayList<>();
        String encoded = encode(vhost);
        put(client, "/api/vhosts/" + encoded, "{}");
        done.add("vhost %s: is there".formatted(vhost));
        for (String user : List.of("mapper", "nanite")) {
            put(client, "/api/users/" + user, "{\"password\":%s,\"tags\":\"\"}".formatted(quoted(password.value())));
            put(
                    client,
                    "/api/permissions/%s/%s".formatted(encoded, user),
                    "{\"configure\":\".*\",\"write\":\".*\",\"read\":\".*\"}");
            done.add("user %s: password set, may use %s".formatted(user, vhost));
        }
        put(
                client,
                "/api/policies/%s/nanite-expiry".formatted(encoded),
                "{\"pattern\":%s,\"apply-to\":\"queues\",\"definition\":%s}".formatted(quoted(EXPIRY_PATTERN), EXPIRY));
        done.add("policy nanite-expiry: queues of mappers that crashed go after a day");
        return done;
    }

    private void put(HttpClient client, String path, String body) throws IOException, InterruptedException {
        String login = adminUser + ":" + adminPassword.value();
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create(management.toString().replaceFirst("/+$", "") + path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .header(
                        "Authorization",
                        "Basic " + Base64.getEncoder().encodeToString(login.getBytes(StandardCharsets.UTF_8)))
                .PUT(HttpRequest.BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() == UNAUTHORIZED) {
            throw new AuthenticationRefused(
                    "%s: refused the login of %s (expected: an administrator, with its password)"
                            .formatted(management, adminUser),
                    null);
        }
        if (response.statusCode() / 100 != 2) {
            throw new IOException("%s answers %d".formatted(path, response.statusCode()));
        }
    }

    private static String encode(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String quoted(String text) {
        return "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
    }
}
