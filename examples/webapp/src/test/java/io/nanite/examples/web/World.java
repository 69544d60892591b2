package io.nanite.examples.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.core.packet.Request;
import io.nanite.core.security.Decision;
import io.nanite.examples.simple.SimpleModule;
import io.nanite.examples.web.server.WebServer;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** An agent, and the application in its server, at one broker. */
final class World implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MOST_LOOKS = 6_000;

    final Trials trials = new Trials();
    final WebServer server;
    final Client client;
    private final Agent agent;

    /** The two need not take the same way to the broker. */
    World(String agentUri, String mapperUri) throws Exception {
        this(agentUri, mapperUri, Map.of());
    }

    /** The application gets these parameters too. */
    World(String agentUri, String mapperUri, Map<String, String> more) throws Exception {
        agent = Agent.start(
                AgentConfig.named("fred").withGrace(Duration.ofMillis(100)).withVirtualThreads(false),
                new RabbitTransport(RabbitConfig.of(agentUri).withName("fred")),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        install(new SimpleModule());
                        actor(trials);
                        authorizer(packet -> packet instanceof Request request
                                        && request.service().method().equals("denied")
                                ? Decision.denied("nobody may do this")
                                : Decision.allowed());
                    }
                });
        Map<String, String> parameters = new HashMap<>(more);
        parameters.put("nanite.broker", mapperUri);
        server = server(parameters);
        server.start();
        client = new Client(server.port());
        awaitAgent();
    }

    static WebServer server(Map<String, String> parameters) {
        return new WebServer(Path.of(System.getProperty("webapp.folder", "target/webapp")), 0, parameters);
    }

    /** Returns when the application sees the agent. */
    void awaitAgent() throws Exception {
        long until = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; i < MOST_LOOKS && System.nanoTime() - until < 0; i++) {
            Client.Answer known = client.get("/api/agents");
            if (known.json().get("services").size() > 0) {
                return;
            }
            Thread.onSpinWait();
        }
        assertThat(client.get("/api/agents").json().toString()).contains("fred");
    }

    @Override
    public void close() {
        server.close();
        agent.close();
    }
}
