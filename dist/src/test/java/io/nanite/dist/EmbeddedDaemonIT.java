package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.Secret;
import io.nanite.rabbitmq.RabbitConfig;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On the broker that {@code nanite broker} starts. */
class EmbeddedDaemonIT extends DaemonScenarios {

    private static final Pattern READY = Pattern.compile("broker on 127\\.0\\.0\\.1:(\\d+), vhost /nanite");

    private static final Shell SHELL = Shell.open();
    private static String port = "";

    @BeforeAll
    static void startBroker() throws InterruptedException {
        Matcher ready = READY.matcher(SHELL.start("nanite", "broker", "-P", "0").awaitLine("broker on "));
        assertThat(ready.find()).isTrue();
        port = ready.group(1);
    }

    @AfterAll
    static void endBroker() throws InterruptedException {
        SHELL.close();
    }

    @Override
    List<String> flags() {
        return List.of("-P", port);
    }

    @Override
    RabbitConfig broker() {
        return RabbitConfig.at("127.0.0.1", Integer.parseInt(port), "mapper", new Secret("testing"));
    }
}
