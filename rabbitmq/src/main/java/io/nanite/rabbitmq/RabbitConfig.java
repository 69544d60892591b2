package io.nanite.rabbitmq;

import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where the broker is and how to use it. Checked once, here.
 *
 * @param host name or address
 * @param port 1 to 65535
 * @param others where further nodes of the same cluster listen, tried in turn when one cannot be reached
 * @param user the login
 * @param password its password
 * @param virtualHost one vhost is one fabric
 * @param tls whether to speak TLS, with the trust of this JVM and the host's name checked
 * @param name what the broker's own screens call these connections
 * @param heartbeat a silent link is given up after two and a half of these; 1 s to 10 min
 * @param connectTimeout how long one attempt to connect may take
 * @param verdictTimeout how long the broker may take to confirm before the link is given up and the parcel sent again
 * @param patience how long a published parcel is sent again before its receipt says {@code Unknown}
 * @param blockedTimeout how long a parcel may wait while the broker takes nothing, as under a memory or disk alarm
 * @param lookout how often it is looked whether what a mapper reads is still fed and still heard; agents, of which there
 *     are many, look twenty times less often; 0 for never, at most 1 min
 * @param publishWindow how many published parcels may wait for their receipt; more are refused
 * @param queueType of the durable queues, where the broker has types
 * @param packing whether parcels that may share a message do
 */
public record RabbitConfig(
        String host,
        int port,
        List<BrokerNode> others,
        String user,
        Secret password,
        String virtualHost,
        boolean tls,
        String name,
        Duration heartbeat,
        Duration connectTimeout,
        Duration verdictTimeout,
        Duration patience,
        Duration blockedTimeout,
        Duration lookout,
        int publishWindow,
        QueueType queueType,
        boolean packing) {

    /** What a durable queue is made of. */
    public enum QueueType {
        /** On one node. The fastest; lives as long as the node's disk. */
        CLASSIC,
        /** Replicated to a majority of a cluster's nodes. */
        QUORUM
    }

    /** The port of AMQP without TLS, as registered with IANA. */
    public static final int DEFAULT_PORT = 5672;

    /** The port of AMQP over TLS, as registered with IANA. */
    public static final int DEFAULT_TLS_PORT = 5671;

    /** Scheme and login, the first host, the other hosts, the vhost. */
    private static final Pattern SEVERAL_HOSTS = Pattern.compile("([a-z]+://[^@/]*@)([^,/]*),([^/]*)(/.*)?");

    /** Throws {@link ConfigException} naming the first setting that is wrong. */
    public RabbitConfig {
        var unused = new BrokerNode(host, port); // says what is wrong with it
        others = List.copyOf(others);
        check(!user.isEmpty(), "user", user, "a login");
        check(!virtualHost.isEmpty(), "vhost", virtualHost, "a name such as /nanite");
        check(between(heartbeat, Duration.ofSeconds(1), Duration.ofMinutes(10)), "heartbeat", heartbeat, "1s to 10m");
        check(isPositive(connectTimeout), "connect timeout", connectTimeout, "more than 0");
        check(isPositive(verdictTimeout), "verdict timeout", verdictTimeout, "more than 0");
        check(isPositive(patience), "patience", patience, "more than 0");
        check(isPositive(blockedTimeout), "blocked timeout", blockedTimeout, "more than 0");
        check(between(lookout, Duration.ZERO, Duration.ofMinutes(1)), "lookout", lookout, "0 to 1m");
        check(publishWindow > 0, "publish window", publishWindow, "at least 1");
    }

    private static void check(boolean right, String setting, Object value, String expected) {
        if (!right) {
            throw ConfigException.of(setting, value, expected);
        }
    }

    private static boolean isPositive(Duration duration) {
        return !duration.isNegative() && !duration.isZero();
    }

    private static boolean between(Duration duration, Duration least, Duration most) {
        return duration.compareTo(least) >= 0 && duration.compareTo(most) <= 0;
    }

    /** The defaults: vhost {@code /nanite}, heartbeat 10 s, connect, verdict and blocked 5 s, patience 30 s, lookout 0.5 s, window 10,000. */
    public static RabbitConfig at(String host, int port, String user, Secret password) {
        return new RabbitConfig(
                host,
                port,
                List.of(),
                user,
                password,
                "/nanite",
                false,
                "nanite",
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofMillis(500),
                10_000,
                QueueType.CLASSIC,
                true);
    }

    /**
     * Reads {@code amqp://user:password@host:port/vhost}, or {@code amqps} for TLS; in a vhost a slash is written {@code
     * %2F}, and none means {@code /nanite}. Several nodes of a cluster are {@code host:port,host:port}. Apart from those see <a
     * href="https://www.rabbitmq.com/docs/uri-spec">the URI scheme</a>.
     */
    public static RabbitConfig of(String uri) {
        Matcher several = SEVERAL_HOSTS.matcher(uri);
        if (several.matches()) {
            RabbitConfig first =
                    of(several.group(1) + several.group(2) + Objects.requireNonNullElse(several.group(4), ""));
            return first.withOthers(BrokerNode.parse(several.group(3), first.tls() ? DEFAULT_TLS_PORT : DEFAULT_PORT));
        }
        URI parsed;
        try {
            parsed = new URI(uri);
        } catch (URISyntaxException e) {
            throw wrong(uri);
        }
        boolean tls = "amqps".equals(parsed.getScheme());
        String login = parsed.getRawUserInfo();
        if ((!tls && !"amqp".equals(parsed.getScheme())) || parsed.getHost() == null || login == null) {
            throw wrong(uri);
        }
        int colon = login.indexOf(':');
        if (colon < 1) {
            throw wrong(uri);
        }
        int port = parsed.getPort() >= 0 ? parsed.getPort() : tls ? DEFAULT_TLS_PORT : DEFAULT_PORT;
        RabbitConfig config = at(
                parsed.getHost(),
                port,
                decode(login.substring(0, colon)),
                new Secret(decode(login.substring(colon + 1))));
        String path = parsed.getRawPath();
        return config.withTls(tls)
                .withVirtualHost(path == null || path.length() < 2 ? "/nanite" : decode(path.substring(1)));
    }

    private static ConfigException wrong(String uri) {
        String hidden = uri.replaceAll("://[^@/]*@", "://***@");
        return ConfigException.of("broker URI", hidden, "amqp://user:password@host:port/vhost");
    }

    private static String decode(String encoded) {
        return URLDecoder.decode(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }

    /** Where further nodes of the same cluster listen. The one this has already is tried first. */
    public RabbitConfig withOthers(List<BrokerNode> newOthers) {
        return new RabbitConfig(
                host,
                port,
                newOthers,
                user,
                password,
                virtualHost,
                tls,
                name,
                heartbeat,
                connectTimeout,
                verdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                publishWindow,
                queueType,
                packing);
    }

    public RabbitConfig withVirtualHost(String newVirtualHost) {
        return copy(
                newVirtualHost,
                tls,
                name,
                heartbeat,
                verdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                queueType,
                packing);
    }

    public RabbitConfig withTls(boolean newTls) {
        return copy(
                virtualHost,
                newTls,
                name,
                heartbeat,
                verdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                queueType,
                packing);
    }

    public RabbitConfig withName(String newName) {
        return copy(
                virtualHost,
                tls,
                newName,
                heartbeat,
                verdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                queueType,
                packing);
    }

    public RabbitConfig withHeartbeat(Duration newHeartbeat) {
        return copy(
                virtualHost,
                tls,
                name,
                newHeartbeat,
                verdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                queueType,
                packing);
    }

    public RabbitConfig withVerdictTimeout(Duration newVerdictTimeout) {
        return copy(
                virtualHost,
                tls,
                name,
                heartbeat,
                newVerdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                queueType,
                packing);
    }

    public RabbitConfig withPatience(Duration newPatience) {
        return copy(
                virtualHost,
                tls,
                name,
                heartbeat,
                verdictTimeout,
                newPatience,
                blockedTimeout,
                lookout,
                queueType,
                packing);
    }

    public RabbitConfig withBlockedTimeout(Duration newBlockedTimeout) {
        return copy(
                virtualHost,
                tls,
                name,
                heartbeat,
                verdictTimeout,
                patience,
                newBlockedTimeout,
                lookout,
                queueType,
                packing);
    }

    public RabbitConfig withLookout(Duration newLookout) {
        return copy(
                virtualHost,
                tls,
                name,
                heartbeat,
                verdictTimeout,
                patience,
                blockedTimeout,
                newLookout,
                queueType,
                packing);
    }

    public RabbitConfig withQueueType(QueueType newQueueType) {
        return copy(
                virtualHost,
                tls,
                name,
                heartbeat,
                verdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                newQueueType,
                packing);
    }

    public RabbitConfig withPacking(boolean newPacking) {
        return copy(
                virtualHost,
                tls,
                name,
                heartbeat,
                verdictTimeout,
                patience,
                blockedTimeout,
                lookout,
                queueType,
                newPacking);
    }

    private RabbitConfig copy(
            String newVirtualHost,
            boolean newTls,
            String newName,
            Duration newHeartbeat,
            Duration newVerdictTimeout,
            Duration newPatience,
            Duration newBlockedTimeout,
            Duration newLookout,
            QueueType newQueueType,
            boolean newPacking) {
        return new RabbitConfig(
                host,
                port,
                others,
                user,
                password,
                newVirtualHost,
                newTls,
                newName,
                newHeartbeat,
                connectTimeout,
                newVerdictTimeout,
                newPatience,
                newBlockedTimeout,
                newLookout,
                publishWindow,
                newQueueType,
                newPacking);
    }

    /** Where it listens, the first choice first. */
    List<BrokerNode> nodes() {
        List<BrokerNode> nodes = new ArrayList<>();
        nodes.add(new BrokerNode(host, port));
        nodes.addAll(others);
        return nodes;
    }

    /** How messages name this broker: never with the password. */
    public String where() {
        String nodes = nodes().stream().map(BrokerNode::toString).collect(Collectors.joining(" or "));
        return "%s, vhost %s, user %s".formatted(nodes, virtualHost, user);
    }
}
