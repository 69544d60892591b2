package io.nanite.cli;

import io.nanite.admin.BrokerDesk;
import io.nanite.admin.BrokerReport;
import io.nanite.admin.StoredMessage;
import io.nanite.admin.StoredMessages;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.rabbitmq.QueueDesk;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What a Control Tower sees of its broker: by AMQP, and by RabbitMQ's management where it answers. Of one thread. */
final class BrokerSide implements BrokerDesk {

    /** Where it did not answer, it is not asked again so soon. */
    private static final Duration MANAGEMENT_AGAIN = Duration.ofMinutes(1);

    /** What is not as it must be changes seldom, and to find it takes a while. */
    private static final Duration DRIFT_AGAIN = Duration.ofMinutes(1);

    private static final String CURE = "end all processes, delete it, and start them again; nanite doctor says more";

    private final QueueDesk desk;
    private final @Nullable ManagementApi management;
    private final TimeSource time;
    private long askManagementAt;
    private long driftAt;
    private boolean driftKnown;
    private List<BrokerReport.Drift> drift = List.of();

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
                    seen.get().queues(),
                    drift);
        }
        List<BrokerReport.Depth> depths = desk.depths(queues).stream()
                .map(depth -> new BrokerReport.Depth(depth.queue(), depth.ready(), null, depth.readers(), null))
                .toList();
        return new BrokerReport("amqp", product.name(), product.version(), List.of(), List.of(), depths, drift);
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
        return new StoredMessages(
                contents.total(),
                contents.messages().stream().map(BrokerSide::stored).toList());
    }

    @Override
    public int remove(String queue, int depth, int most, Predicate<StoredMessage> wanted) {
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
