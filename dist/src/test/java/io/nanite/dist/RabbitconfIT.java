package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.dist.Running.Ended;
import io.nanite.faultkit.rabbit.FreePorts;
import io.nanite.faultkit.rabbit.RabbitBinaries;
import io.nanite.testkit.broker.RabbitNode;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prepares a RabbitMQ that knows nothing of us, in both ways; then the walk-through's users can work there. */
class RabbitconfIT {

    private static final String PASSWORD = "canary \"in\" a mine";

    private static @Nullable RabbitNode node;

    private final Shell shell = Shell.open();
    private final FreePorts ports = new FreePorts();

    @BeforeAll
    static void startBroker() throws InterruptedException {
        Shell.warmUp();
        node = RabbitFabricIT.start();
    }

    @AfterAll
    static void endBroker() {
        if (node != null) {
            node.close();
        }
    }

    private static RabbitNode node() {
        if (node == null) {
            throw new IllegalStateException("no broker");
        }
        return node;
    }

    @BeforeEach
    void forgetEverything() {
        for (String user : List.of("mapper", "nanite")) {
            if (node().rabbitmqctl("list_users").contains(user)) {
                node().rabbitmqctl("delete_user", user);
            }
        }
        if (node().rabbitmqctl("list_vhosts").contains("/nanite")) {
            node().rabbitmqctl("delete_vhost", "/nanite");
        }
    }

    @AfterEach
    void endAll() throws InterruptedException {
        shell.close();
    }

    /** What leads the broker's own tools to the node: the environment of its process. */
    private static Map<String, String> environmentOfNode() throws IOException {
        String pid = node().rabbitmqctl("eval", "list_to_integer(os:getpid()).").strip();
        String all = Files.readString(Path.of("/proc", pid, "environ"), StandardCharsets.UTF_8);
        Map<String, String> environment = new LinkedHashMap<>();
        for (String entry : Pattern.compile("\0").splitAsStream(all).toList()) {
            int equals = entry.indexOf('=');
            String name = equals < 0 ? entry : entry.substring(0, equals);
            if (name.startsWith("RABBITMQ_") || name.startsWith("ERL_") || name.equals("HOME")) {
                environment.put(name, entry.substring(equals + 1));
            }
        }
        return environment;
    }

    private static Path tools() {
        return RabbitBinaries.find().orElseThrow().control().resolveSibling("").normalize();
    }

    private Shell withTools() throws IOException {
        Shell with = shell.with("PATH", tools() + ":" + System.getenv("PATH"));
        for (Map.Entry<String, String> variable : environmentOfNode().entrySet()) {
            with = with.with(variable.getKey(), variable.getValue());
        }
        return with;
    }

    /** A PATH with all that the launcher needs, and no tools of a broker. */
    private Shell withoutTools() {
        return shell.with("PATH", "/usr/bin:/bin");
    }

    private void worksNow() throws InterruptedException {
        String port = Integer.toString(URI.create(node().uri("mapper")).getPort());
        Shell told = shell.with("NANITE_PASS", PASSWORD).with("NANITE_PORT", port);
        Running fred = told.start("nanite-agent", "--token", "fred");
        fred.awaitLine("nanite-fred started");
        Ended ended = told.run("nanite-mapper", "request", "/simple/echo", "hello", "--target", "fred");
        assertThat(ended.out()).as(ended.toString()).isEqualTo("{\"fred\":\"hello\"}\n");
        fred.signal("TERM");
        assertThat(fred.awaitEnd().code()).isZero();
    }

    @Test
    void throughTheBrokersOwnTool() throws Exception {
        Shell told = withTools().with("NANITE_PASS", PASSWORD);
        Ended first = told.run("nanite", "rabbitconf");
        assertThat(first.code()).as(first.toString()).isZero();
        assertThat(first.out())
                .contains("vhost /nanite: made", "user mapper: made", "user nanite: made", "policy nanite-expiry");
        Ended second = told.run("nanite", "rabbitconf");
        assertThat(second.code()).as(second.toString()).isZero();
        assertThat(second.out())
                .contains("vhost /nanite: is there", "user mapper: was there", "user nanite: was there");
        assertThat(first + "" + second).doesNotContain("canary");
        worksNow();
    }

    @Test
    void throughTheManagementApi() throws Exception {
        int port = ports.next();
        node().rabbitmqctl(
                        "eval",
                        "application:set_env(rabbitmq_management, tcp_config, [{port, %d}, {ip, \"127.0.0.1\"}], [{persistent, true}])."
                                .formatted(port));
        Ended plugin = withTools()
                .startProgram(List.of(tools().resolve("rabbitmq-plugins").toString(), "enable", "rabbitmq_management"))
                .awaitEnd();
        assertThat(plugin.code()).as(plugin.toString()).isZero();
        node().rabbitmqctl("add_user", "admin", "canary of an admin");
        node().rabbitmqctl("set_user_tags", "admin", "administrator");

        Shell told = withoutTools().with("NANITE_PASS", PASSWORD).with("NANITE_ADMIN_PASS", "canary of an admin");
        String url = "http://127.0.0.1:" + port;
        for (int i = 1; i <= 2; i++) {
            Ended ended = told.run("nanite", "rabbitconf", "--management-url", url, "--admin-user", "admin");
            assertThat(ended.code()).as(ended.toString()).isZero();
            assertThat(ended.out()).contains("vhost /nanite: is there", "user mapper: password set");
            assertThat(ended.toString()).doesNotContain("canary");
        }
        worksNow();

        // Even where the tool of this machine would answer: the address says which broker is meant.
        Ended elsewhere =
                withTools().run("nanite", "rabbitconf", "--management-url", "http://127.0.0.1:" + ports.next());
        assertThat(elsewhere.code()).isEqualTo(3);
        assertThat(elsewhere.err()).contains("no RabbitMQ to prepare: http://127.0.0.1:", "connection refused");

        Ended refused = told.with("NANITE_ADMIN_PASS", "wrong")
                .run("nanite", "rabbitconf", "--management-url", url, "--admin-user", "admin");
        assertThat(refused.code()).isEqualTo(4);
        assertThat(refused.err()).contains("refused the login of admin").hasLineCount(1);
    }

    @Test
    void whereThereIsNoneOneSentenceSaysWhatWasTried() throws Exception {
        String url = "http://127.0.0.1:" + ports.next();
        Ended ended = withoutTools().run("nanite", "rabbitconf", "--management-url", url);
        assertThat(ended.code()).isEqualTo(3);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).isEqualTo("no RabbitMQ to prepare: %s: connection refused%n".formatted(url));
    }
}
