package io.nanite.rabbitmq;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.BlockedListener;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.GetResponse;
import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.AuthenticationRefused;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.PermissionRefused;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a broker as an agent or a mapper would meet it, and changes nothing: what it tries, it tries on a queue of its own that
 * is gone with its connection, and what it publishes to others it takes back. Used by one thread, which waits for the broker.
 */
public final class BrokerCheckup implements AutoCloseable {

    /** As whom to look. */
    public enum Role {
        AGENT,
        MAPPER
    }

    private static final int CONFIRM_MILLIS = 5_000;
    private static final int CLOSE_MILLIS = 2_000;

    /** What the transport uses, by the names of the protocol. */
    private static final List<String> NEEDED =
            List.of("publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked");

    private final RabbitConfig config;
    private final Role role;
    private final @Nullable Identity whose;
    private final TimeSource time;
    private final String queue;
    private final List<Finding> findings = new ArrayList<>();
    private final AtomicReference<@Nullable String> blocked = new AtomicReference<>();
    private BrokerNode entrance;
    private @Nullable Connection connection;
    private @Nullable Channel channel;

    /** Does no I/O. If it is said whose durable queue it is that matters, that is looked at too. */
    public BrokerCheckup(RabbitConfig config, Role role, @Nullable Identity whose) {
        this.config = config;
        this.role = role;
        this.whose = whose;
        entrance = config.nodes().get(0);
        time = TimeSource.system();
        queue = "%s-doctor-%s"
                .formatted(
                        role == Role.AGENT ? "nanite" : "mapper",
                        TokenSource.secure().next().value());
    }

    /** Looks at everything that can be seen from here. */
    public List<Finding> run() {
        if (nodes()) {
            try {
                server();
                topology();
                // Who publishes to a broker that takes nothing is not heard any more, whatever he asks.
                if (roundTrip()) {
                    permissions();
                }
            } catch (TransportException e) {
                findings.add(Finding.wrong("link", e, "see what the broker's log says"));
            }
        }
        return List.copyOf(findings);
    }

    // ---- getting in

    /** Each node for itself; whether this user has got in anywhere. */
    private boolean nodes() {
        boolean in = false;
        for (BrokerNode node : config.nodes()) {
            try {
                Connection fresh = Wire.open(config, node, config.name() + " doctor");
                findings.add(Finding.fine("node", "%s lets %s into %s".formatted(node, config.user(), vhost())));
                if (in) {
                    abort(fresh);
                } else {
                    entrance = node;
                    use(fresh);
                    in = true;
                }
            } catch (TransportException e) {
                findings.add(Finding.wrong("node", e, cure(e)));
            }
        }
        return in;
    }

    private String cure(TransportException refusal) {
        if (refusal instanceof AuthenticationRefused) {
            return "say who you are: --user, NANITE_PASS; or make the users: nanite rabbitconf";
        }
        return refusal instanceof PermissionRefused
                ? "make the vhost and let %s in: nanite rabbitconf -v %s".formatted(config.user(), vhost())
                : "start one: nanite broker; or say where it is: --host, --port";
    }

    private String vhost() {
        return config.virtualHost();
    }

    private void use(Connection fresh) {
        connection = fresh;
        fresh.addBlockedListener(new BlockedListener() {
            @Override
            public void handleBlocked(String reason) {
                blocked.set(reason);
            }

            @Override
            public void handleUnblocked() {
                blocked.set(null);
            }
        });
    }

    /** A channel to try something on: what is refused takes its channel with it, on some brokers its connection. */
    private Channel channel() {
        Channel current = channel;
        if (current != null && current.isOpen()) {
            return current;
        }
        Connection through = connection;
        if (through == null || !through.isOpen()) {
            through = Wire.open(config, entrance, config.name() + " doctor");
            use(through);
        }
        try {
            Channel fresh = through.createChannel();
            if (fresh == null) {
                throw new BrokerUnavailable("%s gives no more channels".formatted(config.where()), null);
            }
            channel = fresh;
            return fresh;
        } catch (IOException e) {
            throw new BrokerUnavailable("cannot open a channel to %s".formatted(config.where()), e);
        }
    }

    // ---- what it is

    private BrokerDialect dialect() {
        return BrokerDialect.of(connection == null ? null : connection.getServerProperties());
    }

    private void server() {
        BrokerDialect dialect = dialect();
        TreeSet<String> missing = new TreeSet<>(NEEDED);
        if (connection != null && connection.getServerProperties().get("capabilities") instanceof Map<?, ?> can) {
            missing.removeIf(name -> Boolean.TRUE.equals(can.get(name)));
        }
        String server = "%s %s".formatted(Printable.of(dialect.product()), Printable.of(dialect.version()));
        findings.add(
                dialect.queueTypes() && !missing.isEmpty()
                        ? Finding.warning(
                                "broker",
                                "%s does not offer %s".formatted(server, String.join(", ", missing)),
                                "use a version of RabbitMQ from 3.10 on")
                        : Finding.fine("broker", server));
        if (!dialect.queueTypes() && config.queueType() == RabbitConfig.QueueType.QUORUM) {
            findings.add(Finding.warning(
                    "queue type", "%s has no quorum queues".formatted(server), "leave out --queue-type quorum"));
        }
    }

    // ---- what this user may

    @FunctionalInterface
    private interface Action {

        void on(Channel channel) throws IOException;
    }

    private void permissions() {
        int before = findings.size();
        if (!may("configure", queue, this::declareOwn, true)) {
            return; // without a queue of one's own there is nothing to try
        }
        may("read", queue, on -> on.basicGet(queue, true), true);
        writes("", queue, true);
        boolean agent = role == Role.AGENT;
        for (String exchange :
                agent ? List.of("registration", "heartbeat", Address.REPLY) : List.of("advertise", Address.REPLY)) {
            writes(exchange, queue, true);
        }
        for (String exchange : agent ? List.of("advertise") : List.of("registration", "heartbeat", Address.REPLY)) {
            reads(exchange);
        }
        if (agent) {
            writes("request", queue, false);
        }
        if (findings.size() == before) {
            findings.add(Finding.fine(
                    "permissions",
                    "%s may configure, write and read what %s needs"
                            .formatted(config.user(), agent ? "an agent" : "a mapper")));
        }
    }

    private void declareOwn(Channel on) throws IOException {
        on.queueDeclare(
                queue, false, true, true, dialect().queueTypes() ? Map.of("x-queue-type", "classic") : Map.of());
    }

    /** In a transaction that is rolled back: whether one may is asked at once, and nobody ever gets it. */
    private void writes(String exchange, String key, boolean needed) {
        may(
                "write",
                exchange.isEmpty() ? "amq.default" : exchange,
                on -> {
                    on.txSelect();
                    on.basicPublish(exchange, key, null, new byte[0]);
                    on.txRollback();
                },
                needed);
        // A channel with transactions has them for ever.
        closeChannel();
    }

    /** By binding our queue to it; its messages end with the queue, in a moment. */
    private void reads(String exchange) {
        may(
                "read",
                exchange,
                on -> {
                    declareOwn(on);
                    on.queueBind(queue, exchange, queue);
                    on.queueUnbind(queue, exchange, queue);
                },
                true);
    }

    /** Whether it is allowed; what is not there yet is made by whoever starts first. */
    private boolean may(String permission, String name, Action action, boolean needed) {
        try {
            action.on(channel());
            return true;
        } catch (IOException | ShutdownSignalException e) {
            ShutdownSignalException signal = Refusals.signal(e);
            if (signal != null && Refusals.code(signal) == AMQP.NOT_FOUND) {
                return true;
            }
            TransportException refusal = Refusals.whileUsing("%s %s".formatted(permission, name), e);
            if (!(refusal instanceof PermissionRefused)) {
                throw refusal;
            }
            String cure =
                    "give it: rabbitmqctl set_permissions, see docs/brokers.md; or everything: nanite rabbitconf -v "
                            + vhost();
            findings.add(
                    needed
                            ? Finding.wrong("permission to " + permission, refusal, cure)
                            : Finding.warning(
                                    "permission to " + permission,
                                    refusal.getMessage() + "; so actors cannot ask other agents",
                                    cure));
            return false;
        }
    }

    // ---- what is there

    private void topology() {
        try (Topology topology = new Topology(this::newChannel, dialect(), config.queueType())) {
            List<String> queues = new ArrayList<>(
                    List.of(Source.requests(1).queue(), Source.offline(1).queue()));
            if (whose != null) {
                queues.add(whose.value());
            }
            List<Topology.Shared> all = topology.look(queues);
            int good = 0;
            List<String> unseen = new ArrayList<>();
            for (Topology.Shared shared : all) {
                if (shared.mismatch() != null) {
                    findings.add(Finding.wrong("topology", shared.mismatch(), cure(shared)));
                } else if (shared.exists()) {
                    good++;
                    if (!shared.compared()) {
                        unseen.add(shared.what());
                    }
                }
            }
            if (good == 0 && all.stream().noneMatch(Topology.Shared::exists)) {
                findings.add(Finding.fine("topology", "nothing there yet: whoever starts first makes it"));
            } else if (unseen.isEmpty()) {
                findings.add(
                        Finding.fine("topology", "%d of %d there, and as they must be".formatted(good, all.size())));
            } else {
                findings.add(Finding.unknown(
                        "topology",
                        "%s: there, but %s may not declare it, and so cannot hear what is different"
                                .formatted(String.join(", ", unseen), config.user()),
                        "let a login look that may everything: --user"));
            }
            backlog(all);
        }
    }

    private Channel newChannel() {
        closeChannel();
        return channel();
    }

    private String cure(Topology.Shared shared) {
        List<String> words = Arrays.asList(shared.what().split(" ", 2));
        String holds = shared.messages() == 0 ? "" : " (%d messages go with it)".formatted(shared.messages());
        return words.get(0).equals("queue")
                ? "end all processes, delete it%s: rabbitmqctl delete_queue -p %s %s; or use another --vhost; a queue of another type: --queue-type"
                        .formatted(holds, vhost(), words.get(1))
                : "end all processes, delete it: rabbitmqadmin -V %s delete exchange name=%s; or use another --vhost"
                        .formatted(vhost(), words.get(1));
    }

    private void backlog(List<Topology.Shared> all) {
        for (Topology.Shared shared : all) {
            if (shared.messages() > 0 && shared.what().equals("queue dead-letter")) {
                findings.add(Finding.warning(
                        "dead letters",
                        "%d in dead-letter".formatted(shared.messages()),
                        "read why in their headers, then empty it: rabbitmqctl purge_queue -p %s dead-letter"
                                .formatted(vhost())));
            } else if (shared.messages() > 0 && shared.what().equals("queue mapper-offline")) {
                findings.add(Finding.warning(
                        "offline",
                        "%d wait in mapper-offline for an agent that can do them".formatted(shared.messages()),
                        "start such an agent, and a mapper that gives them out: nanite-mapper --offline-failsafe"));
            }
        }
    }

    // ---- whether it works

    /** Whether it takes anything, as far as is known. */
    private boolean roundTrip() {
        long began = time.nanos();
        try {
            Channel on = newChannel();
            declareOwn(on);
            on.confirmSelect();
            on.basicPublish("", queue, null, new byte[] {1});
            on.waitForConfirmsOrDie(CONFIRM_MILLIS);
            GetResponse got = on.basicGet(queue, true);
            closeChannel(); // it confirms for ever, and would have no transactions
            double millis = (time.nanos() - began) / 1e6;
            findings.add(
                    got == null
                            ? Finding.warning("round trip", "what was confirmed did not come back", "look again")
                            : Finding.fine("round trip", String.format(Locale.ROOT, "%.1f ms, confirmed", millis)));
            return true;
        } catch (TimeoutException e) {
            String reason = blocked.get();
            findings.add(Finding.wrong(
                    "round trip",
                    new BrokerBlocked(
                            "%s: takes nothing: %s"
                                    .formatted(config.where(), reason == null ? "no confirm within 5 s" : reason),
                            e),
                    "see its alarms: rabbitmq-diagnostics alarms; make room in its memory or on its disk"));
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (IOException | ShutdownSignalException e) {
            TransportException refusal = Refusals.whileUsing("queue " + queue, e);
            if (!(refusal instanceof PermissionRefused)) {
                throw refusal;
            }
            return true; // which one is missing is found out next
        }
    }

    private void closeChannel() {
        Channel current = channel;
        channel = null;
        if (current != null && current.isOpen()) {
            try {
                current.abort();
            } catch (IOException e) {
                // It is as gone as it was to be.
            }
        }
    }

    private static void abort(@Nullable Connection connection) {
        if (connection != null) {
            connection.abort(CLOSE_MILLIS);
        }
    }

    /** Leaves the broker, and with it goes what was tried. */
    @Override
    public void close() {
        abort(connection);
    }
}
