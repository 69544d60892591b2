package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.dist.Running.Ended;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code nanite broker} runs until it is told to end, or says in one sentence why it cannot. */
class BrokerIT {

    private static final Pattern READY = Pattern.compile("broker on 127\\.0\\.0\\.1:(\\d+), vhost /nanite");

    @TempDir
    Path temporary;

    private final Shell shell = Shell.open();

    @BeforeAll
    static void warmUp() throws InterruptedException {
        Shell.warmUp();
    }

    @AfterEach
    void endAll() throws InterruptedException {
        shell.close();
    }

    private static String port(Running broker) throws InterruptedException {
        Matcher ready = READY.matcher(broker.awaitLine("broker on "));
        assertThat(ready.find()).isTrue();
        return ready.group(1);
    }

    private static void refuses(Ended ended, String... parts) {
        assertThat(ended.code()).as(ended.toString()).isEqualTo(3);
        assertThat(ended.out()).isEmpty();
        assertThat(ended.err()).contains(parts).doesNotContain("\tat ").hasLineCount(1);
    }

    @Test
    void aTakenPortIsSaidAndTheProcessEnds() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            refuses(shell.run("nanite", "broker", "-P", port), "127.0.0.1:" + port, "Address already in use");
        }
    }

    @Test
    void aDataFolderThatCannotBeMadeIsSaidAndTheProcessEnds() throws Exception {
        Path file = Files.createFile(temporary.resolve("file"));
        refuses(
                shell.run(
                        "nanite",
                        "broker",
                        "-P",
                        "0",
                        "--data",
                        file.resolve("data").toString()),
                file.toString(),
                "cannot be written");
        refuses(shell.run("nanite", "broker", "-P", "0", "--data", file.toString()), file.toString());
    }

    @Test
    void aDataFolderInUseIsSaidAndTheProcessEnds() throws InterruptedException {
        String data = temporary.resolve("data").toString();
        port(shell.start("nanite", "broker", "-P", "0", "--data", data));
        refuses(shell.run("nanite", "broker", "-P", "0", "--data", data), data, "another broker uses it");
    }

    @Test
    void itEndsWithZeroWhenItIsToldToEnd() throws InterruptedException {
        for (String signal : new String[] {"TERM", "INT", "HUP"}) {
            Running broker = shell.start("nanite", "broker", "-P", "0");
            port(broker);
            broker.signal(signal);
            assertThat(broker.awaitEnd().code()).as("%s: %s", signal, broker).isZero();
        }
    }

    @Test
    void whoeverTypesTheFirstLineOfTheWalkThroughReadsWhereTheBrokerIs() throws InterruptedException {
        Running broker = shell.start("nanite", "broker", "-P", "0");
        assertThat(broker.awaitLine("broker on "))
                .contains("vhost /nanite, users nanite and mapper, in memory; Ctrl-C ends it");
        Ended agents = shell.run("nanite-mapper", "agents", "-P", port(broker));
        assertThat(agents.code()).as(agents.toString()).isZero();
        assertThat(agents.out()).startsWith("no agents; start one: ");
    }

    @Test
    void itLeavesNothingWhereItStands() throws IOException, InterruptedException {
        Running broker = shell.in(temporary).start("nanite", "broker", "-P", "0");
        port(broker);
        broker.signal("TERM");
        broker.awaitEnd();
        try (var files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }
}
