package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.mapper.selector.Candidate;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** One live agent. The loop writes what the agent says; senders count what they give it. */
final class AgentEntry implements Candidate {

    private final Identity identity;
    private final Set<Service> services;
    private final Set<String> tags;
    private final AtomicInteger inFlight = new AtomicInteger();
    private final AtomicInteger sentSinceStatus = new AtomicInteger();
    private volatile Status status;
    private volatile Vitals vitals;
    private volatile long lastSeen;
    private volatile boolean suspect;
    private volatile boolean leaving;

    // Touched only on the loop.
    private long lastProbe;
    private boolean probed;

    AgentEntry(Identity identity, Set<Service> services, Set<String> tags, Status status, Vitals vitals, long now) {
        this.identity = identity;
        this.services = services;
        this.tags = tags;
        this.status = status;
        this.vitals = vitals;
        this.lastSeen = now;
    }

    /** It lives, and is this loaded. On the loop. */
    void seen(Status newStatus, Vitals newVitals, long now) {
        status = newStatus;
        // A ping says less than a registration: what it leaves out still holds.
        vitals = new Vitals(
                newVitals.slots() > 0 ? newVitals.slots() : vitals.slots(),
                newVitals.busy(),
                newVitals.boot() != null ? newVitals.boot() : vitals.boot(),
                newVitals.epoch(),
                newVitals.version() != null ? newVitals.version() : vitals.version(),
                newVitals.packs() || vitals.packs());
        heardAt(now);
        sentSinceStatus.set(0);
    }

    /** As if it had spoken now. On the loop. */
    void heardAt(long now) {
        lastSeen = now;
        suspect = false;
    }

    /** Something says that it may be gone: it gets nothing new until it speaks. On the loop. */
    void suspect(long now) {
        suspect = true;
        lastProbe = now;
        probed = true;
    }

    /** It said goodbye, and may still finish what it has begun; until it is told to have gone. On the loop. */
    void leaving(boolean isLeaving) {
        leaving = isLeaving;
    }

    boolean isLeaving() {
        return leaving;
    }

    boolean isSuspect() {
        return suspect;
    }

    /** Whether it may be asked again whether it is there; then it counts as asked. On the loop. */
    boolean mayProbe(long now, long every) {
        if (probed && now - lastProbe < every) {
            return false;
        }
        probed = true;
        lastProbe = now;
        return true;
    }

    /** Whether this is the same agent in the same life, with the same consumer. */
    boolean sameLife(Vitals other) {
        return Objects.equals(vitals.boot(), other.boot()) && vitals.epoch() == other.epoch();
    }

    boolean offers(Set<Service> otherServices, Set<String> otherTags) {
        return services.equals(otherServices) && tags.equals(otherTags);
    }

    void sent() {
        sentSinceStatus.incrementAndGet();
    }

    void opened() {
        inFlight.incrementAndGet();
    }

    void answered() {
        inFlight.decrementAndGet();
    }

    @Override
    public Identity identity() {
        return identity;
    }

    Set<Service> services() {
        return services;
    }

    @Override
    public Set<String> tags() {
        return tags;
    }

    @Override
    public Status status() {
        return status;
    }

    Vitals vitals() {
        return vitals;
    }

    /** Whether it is one of ours, with a control queue that lives and dies with its connection. */
    boolean hasControl() {
        return vitals.boot() != null;
    }

    long lastSeen() {
        return lastSeen;
    }

    @Override
    public int slots() {
        return vitals.slots();
    }

    @Override
    public int inFlight() {
        return inFlight.get();
    }

    @Override
    public int sentSinceStatus() {
        return sentSinceStatus.get();
    }

    AgentView view(long now) {
        return new AgentView(
                identity,
                services,
                tags,
                status,
                vitals,
                Duration.ofNanos(Math.max(0, now - lastSeen)),
                inFlight(),
                suspect);
    }
}
