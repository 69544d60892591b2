package io.nanite.rabbitmq;

import com.rabbitmq.client.ShutdownSignalException;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportException;
import io.nanite.rabbitmq.Loopback.Fate;
import io.nanite.rabbitmq.Loopback.Probe;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after one reader: whether what feeds it is there, and whether it hears. A queue and its consumer can be lost without
 * a word: an exchange is deleted, and its bindings with it; a broker forgets a consumer, or says nothing of a deleted queue.
 * On a thread of its own, because asking waits for the broker.
 *
 * <p>A reader that gets something hears. One that does not sends itself a message, where that reaches nobody else; when the
 * broker has it and nothing comes, in ten looks, the reader is deaf. Looks are counted and not seconds, so that a process
 * that was stopped for a while finds itself well.
 */
final class Lookout {

    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

    /** How many looks a message to ourselves may take, once the broker has it. */
    private static final int BOUND = 10;

    /** Of so many looks, one is at what every agent has: there are many agents. */
    private static final int SELDOM = 20;

    /** What a look found. */
    enum Finding {
        WELL,
        /** It must be built again. */
        BROKEN,
        /** It was built again, and still nothing comes: the connection is no good. */
        DEAF
    }

    private final Source source;
    private final ReadLane lane;
    private final Loopback loopback;
    private final Supplier<Topology> topologies;
    private final boolean hurried;
    private @Nullable Address way;

    private int looks;
    private int life;
    private long heard;
    private @Nullable Probe probe;
    private int probeAge;
    private boolean rebuilt;

    Lookout(Source source, ReadLane lane, Loopback loopback, Supplier<Topology> topologies) {
        this.source = source;
        this.lane = lane;
        this.loopback = loopback;
        this.topologies = topologies;
        this.way = source.loopback().orElse(null);
        this.hurried = source.bindings().stream().anyMatch(from -> !from.equals(Address.ADVERTISE));
    }

    /** Looks once. A connection that breaks meanwhile is for others to notice. */
    Finding look() {
        if (!lane.isConsuming()) {
            probe = null;
            return Finding.WELL; // whoever is broken is known to be
        }
        if (life != lane.lives()) {
            life = lane.lives();
            probe = null; // what was sent to the life before
        }
        long before = heard;
        heard = lane.arrivals();
        if (heard != before) {
            probe = null;
            rebuilt = false;
        }
        if (probe != null) {
            return answered(probe);
        }
        looks++;
        if (!hurried && !rebuilt && looks % SELDOM != 0) {
            return Finding.WELL;
        }
        try {
            Finding finding = fed();
            if (finding == Finding.WELL && heard == before && way != null) {
                probe = loopback.send(way);
                probeAge = 0;
            }
            return finding;
        } catch (IOException | ShutdownSignalException | TransportException e) {
            LOG.debug("queue {}: not looked after this time", source.queue(), e);
            return Finding.WELL;
        }
    }

    private Finding fed() throws IOException {
        try (Topology topology = topologies.get()) {
            boolean there = way instanceof Address.Exchange // then the message to ourselves says so
                    || (way == null ? topology.isRead(source) : topology.isBound(source));
            if (!there) {
                LOG.warn("what feeds queue {} was deleted: building it again", source.queue());
            }
            return there ? Finding.WELL : Finding.BROKEN;
        }
    }

    private Finding answered(Probe sent) {
        if (sent.fate() == Fate.TAKEN && ++probeAge < BOUND) {
            return Finding.WELL;
        }
        switch (sent.fate()) {
            case SENT -> {
                return Finding.WELL;
            }
            case LOST -> {
                probe = null;
                return Finding.WELL;
            }
            case FORBIDDEN -> {
                LOG.debug("queue {}: this login may not send to itself by {}", source.queue(), way);
                way = way instanceof Address.Exchange ? new Address.Queue(source.queue()) : null;
                probe = null;
                return Finding.WELL;
            }
            case HOMELESS -> LOG.warn("what is for queue {} does not get there: building it again", source.queue());
            case TAKEN -> LOG.warn("what is in queue {} does not come here: building it again", source.queue());
        }
        probe = null;
        Finding finding = rebuilt ? Finding.DEAF : Finding.BROKEN;
        rebuilt = !rebuilt;
        return finding;
    }
}
