package io.nanite.cli;

import io.nanite.admin.BrokerDesk;
import io.nanite.admin.BrokerReport;
import io.nanite.admin.StoredMessage;
import io.nanite.admin.StoredMessages;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.PermissionRefused;
import io.nanite.core.transport.Source;
import io.nanite.rabbitmq.QueueDesk;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a Control Tower sees of its broker: by AMQP, and by RabbitMQ's management where it answers. Of one thread. */
final class BrokerSide implements BrokerDesk {

    /** Where it did not answer, it is not asked again so soon. */
    private static final Duration MANAGEMENT_AGAIN = Duration.ofMinutes(1);

    /** What is not as it must be changes seldom, and to find it takes a while. */
    private static final Duration DRIFT_AGAIN = Duration.ofMinutes(1);

    /** The queues that nobody reads, or whoever reads them minds no look: how long their first message has waited is looked for. */
    private static final Set<String> LOOKED_INTO = Set.of(
            ((Address.Queue) Address.DEAD_LETTER).name(), Source.offline(1).queue());

    private static final String CURE = "end all processes, delete it, and start them again; nanite doctor says more";

    private final QueueDesk desk;
    private final @Nullable ManagementApi management;
    private final TimeSource time;
    private long askManagementAt;
    private long driftAt;
    private boolean driftKnown;
    private List<BrokerReport.Drift> drift = List.of();

    /** The first messages of the queues that are looked into. */
    private final Map<String, Head> heads = new HashMap<>();

    /** The first message of a queue, as it was seen when so many were ready. */
    private record Head(int ready, @Nullable Instant since) {}

    BrokerSide(QueueDesk desk, @Nullable ManagementApi management, TimeSource time) {
        this.desk = desk;
        this.management = management;
        this.time = time;
        askManagementAt = time.nanos();
    }

    @Override
    public BrokerReport report(List<String> queues) {
        QueueDesk.Product product = desk.product();
        lookForDrift();
        Optional<ManagementApi.Seen> seen = managed();
        if (seen.isPresent()) {
            return new BrokerReport(
                    "management",
                    product.name(),
                    product.version(),
                    seen.get().alarms(),
                    seen.get().nodes(),
                    seen.get().queues().stream().map(this::aged).toList(),
                    drift);
        }
        List<BrokerReport.Depth> depths = desk.depths(queues).stream()
                .map(depth -> new BrokerReport.Depth(depth.queue(), depth.ready(), null, depth.readers(), null))
                .map(this::aged)
                .toList();
        return new BrokerReport("amqp", product.name(), product.version(), List.of(), List.of(), depths, drift);
    }

    /**
     * With the age of the first message, where it can be known without harm. Each look at a message may count as a delivery of it,
     * so there is another only when fewer are ready than were: as long as they only become more, the first one stays.
     */
    private BrokerReport.Depth aged(BrokerReport.Depth depth) {
        if (depth.oldestSeconds() != null || !LOOKED_INTO.contains(depth.name())) {
            return depth;
        }
        if (depth.ready() == 0) {
            heads.remove(depth.name());
            return depth;
        }
        Head known = heads.get(depth.name());
        if (known != null && known.ready() <= depth.ready()) {
            heads.put(depth.name(), new Head(depth.ready(), known.since()));
        } else {
            try {
                remember(depth.name(), depth.ready(), desk.look(depth.name(), 1));
            } catch (PermissionRefused e) {
                // This user may count them and not read them.
                heads.put(depth.name(), new Head(depth.ready(), null));
            }
        }
        Head head = heads.get(depth.name());
        return head == null || head.since() == null
                ? depth
                : new BrokerReport.Depth(
                        depth.name(), depth.ready(), depth.unacked(), depth.consumers(), age(head.since(), time));
    }

    /** Of a queue that is seen empty, because there is nothing in it or somebody else holds it, nothing is known. */
    private void remember(String queue, int ready, QueueDesk.Contents contents) {
        if (contents.messages().isEmpty()) {
            heads.remove(queue);
        } else if (LOOKED_INTO.contains(queue)) {
            heads.put(queue, new Head(ready, stored(contents.messages().get(0)).since()));
        }
    }

    /** In seconds; clocks differ. */
    static long age(Instant since, TimeSource time) {
        return Math.max(0, Duration.between(since, time.now()).toSeconds());
    }

    private void lookForDrift() {
        long now = time.nanos();
        if (!driftKnown || now - driftAt > DRIFT_AGAIN.toNanos()) {
            drift = desk.differences().stream()
                    .map(difference -> new BrokerReport.Drift(difference.what(), difference.sentence(), CURE))
                    .toList();
            driftKnown = true;
            driftAt = now;
        }
    }

    private Optional<ManagementApi.Seen> managed() {
        if (management == null || time.nanos() - askManagementAt < 0) {
            return Optional.empty();
        }
        try {
            Optional<ManagementApi.Seen> seen = management.look();
            if (seen.isEmpty()) {
                askManagementAt = time.nanos() + MANAGEMENT_AGAIN.toNanos();
            }
            return seen;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BrokerUnavailable("interrupted while the broker was asked", e);
        }
    }

    @Override
    public StoredMessages look(String queue, int most) {
        QueueDesk.Contents contents = desk.look(queue, most);
        remember(queue, contents.total(), contents);
        return new StoredMessages(
                contents.total(),
                contents.messages().stream().map(BrokerSide::stored).toList());
    }

    @Override
    public int remove(String queue, int depth, int most, Predicate<StoredMessage> wanted) {
        heads.remove(queue);
        return desk.remove(queue, depth, most, held -> wanted.test(stored(held)));
    }

    private static StoredMessage stored(QueueDesk.Held held) {
        return new StoredMessage(held.body(), held.contentType(), held.headers(), held.id(), held.at());
    }

    @Override
    public void close() {
        desk.close();
    }
}
