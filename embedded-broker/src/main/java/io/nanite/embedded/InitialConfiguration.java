package io.nanite.embedded;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.qpid.server.model.BrokerModel;
import tools.jackson.databind.json.JsonMapper;

/**
 * Our configuration in the words of Broker-J: its "initial configuration", a tree of its configured objects.
 *
 * <p>Everything that can change between two starts stands in the context of the root, because a durable vhost brings its
 * own attributes back from the store but asks its ancestors for context. Names and meanings are those of the
 * {@code @ManagedContextDefault}s in Broker-J 10's {@code Broker}, {@code AmqpPort}, {@code QueueManagingVirtualHost} and
 * {@code Queue}.
 */
final class InitialConfiguration {

    private static final String LOGIN = "login";

    private final EmbeddedBrokerConfig config;

    InitialConfiguration(EmbeddedBrokerConfig config) {
        this.config = config;
    }

    /** As a {@code data:} address, so that passwords are not written to a file. */
    String location() {
        byte[] json = new JsonMapper().writeValueAsString(broker()).getBytes(StandardCharsets.UTF_8);
        return "data:application/json;base64," + Base64.getEncoder().encodeToString(json);
    }

    private Map<String, Object> broker() {
        return Map.of(
                "name", "nanite",
                "modelVersion", BrokerModel.MODEL_VERSION,
                "context", context(),
                "authenticationproviders", List.of(authentication()),
                "accesscontrolproviders", List.of(accessControl()),
                "ports", List.of(port()),
                "virtualhostnodes", List.of(node()));
    }

    private Map<String, String> context() {
        Map<String, String> context = new LinkedHashMap<>();
        // Otherwise a broker whose port or store failed would sit there and answer nobody.
        context.put("broker.failStartupWithErroredChild", "true");
        context.put("broker.failStartupWithErroredChildScope", "ALL");
        // Made for thousands of clients, Broker-J starts 152 threads: an embedded one has a handful of clients.
        context.put("broker.housekeepingThreadCount", "1");
        context.put("qpid.port.amqp.threadPool.size", "2");
        context.put("qpid.port.amqp.threadPool.numberOfSelectors", "1");
        context.put("virtualhost.housekeepingThreadCount", "1");
        context.put("virtualhost.connectionThreadPool.size", "6");
        context.put("virtualhost.connectionThreadPool.numberOfSelectors", "1");
        // How often it looks at its direct memory, in ms. Closing waits for the next time.
        context.put("qpid.compact_memory_interval", "100");
        // A message keeps the whole network buffer that it came in, so large buffers multiply what a queue costs.
        context.put("qpid.broker.networkBufferSize", Integer.toString(64 * 1024));
        context.put("broker.directByteBufferPoolSize", "512");
        // From here on a durable broker stops all publishers. At Broker-J's 90 many a developer's disk already is.
        context.put("store.filesystem.maxUsagePercent", "98");
        // As many channels as RabbitMQ allows.
        context.put("qpid.port.sessionCountLimit", "2047");
        // As on RabbitMQ, a message cannot claim another user's id.
        context.put("qpid.broker_msg_auth", "true");
        context.put(
                "queue.defaultMaximumQueueDepthMessages",
                Integer.toString(config.queueLimit().messages()));
        context.put(
                "queue.defaultMaximumQueueDepthBytes",
                Long.toString(config.queueLimit().bytes()));
        context.put("queue.defaultOverflowPolicy", "PRODUCER_FLOW_CONTROL");
        return context;
    }

    private Map<String, Object> authentication() {
        List<Map<String, String>> users = new ArrayList<>();
        for (BrokerUser user : config.users()) {
            users.add(Map.of("name", user.name(), "type", "managed", "password", user.password()));
        }
        return Map.of(
                "name",
                LOGIN,
                "type",
                "Plain",
                "users",
                users,
                "disabledMechanisms",
                List.of("CRAM-MD5", "CRAM-MD5-HASHED", "CRAM-MD5-HEX"),
                // There is no TLS here, so PLAIN must do without it: that is why we listen on the loopback.
                "secureOnlyMechanisms",
                List.of());
    }

    private Map<String, Object> accessControl() {
        List<Map<String, Object>> rules = new ArrayList<>();
        for (BrokerUser user : config.users()) {
            rules.add(rule(user, "VIRTUALHOST", "ACCESS", Map.of("NAME", config.bareVhost())));
            for (String operation : List.of("CREATE", "DELETE", "PURGE", "CONSUME")) {
                rules.add(rule(user, "QUEUE", operation, Map.of()));
            }
            for (String operation : List.of("ACCESS", "CREATE", "DELETE", "BIND", "UNBIND", "PUBLISH")) {
                rules.add(rule(user, "EXCHANGE", operation, Map.of()));
            }
        }
        return Map.of("name", "rules", "type", "RuleBased", "priority", 1, "defaultResult", "DENIED", "rules", rules);
    }

    private static Map<String, Object> rule(
            BrokerUser user, String objectType, String operation, Map<String, String> attributes) {
        return Map.of(
                "identity", user.name(),
                "objectType", objectType,
                "operation", operation,
                "attributes", attributes,
                "outcome", "ALLOW");
    }

    private Map<String, Object> port() {
        return Map.of(
                "name",
                "amqp",
                "type",
                "AMQP",
                "bindingAddress",
                config.bindAddress(),
                "port",
                config.port(),
                "authenticationProvider",
                LOGIN,
                // By name only: whoever asks for "/" or another vhost is in the wrong place, and is told so.
                "virtualhostaliases",
                List.of(Map.of("name", "byName", "type", "nameAlias")));
    }

    private Map<String, Object> node() {
        Path folder = config.dataFolder();
        Map<String, Object> node = new LinkedHashMap<>();
        node.put("name", config.bareVhost());
        node.put("type", folder == null ? "Memory" : "DERBY");
        if (folder != null) {
            node.put("storePath", DataFolder.store(folder).toString());
        }
        node.put(
                "virtualHostInitialConfiguration",
                folder == null ? "{\"type\":\"Memory\"}" : "{\"type\":\"ProvidedStore\"}");
        return node;
    }
}
