package io.nanite.agent;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.security.Decision;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The cast that an agent has now, and those that it lets go of. What an older one offered and the present one does not is
 * done by the older one for a while: it was asked for before everybody knew. Safe for use by many threads.
 */
final class Hosted {

    private final EventLoop loop;
    private final Duration patience;

    private volatile Cast now;

    /** The newest first. */
    private volatile List<Cast> leaving = List.of();

    private boolean closed;

    /** {@code patience} is for jobs that are on their way to services which are gone. */
    Hosted(Cast first, EventLoop loop, Duration patience) {
        this.now = first;
        this.loop = loop;
        this.patience = patience;
    }

    /** What can be asked for now. */
    Set<Service> services() {
        return now.services().all();
    }

    /** The method behind the service, to see what it is like; null if there is none. */
    @Nullable
    ActorMethod find(Service service) {
        return now.services().find(service);
    }

    /** Enters the cast that does this; null if none does. {@link Cast#leave} must follow. */
    @Nullable
    Cast enter(Service service) {
        while (true) {
            Cast present = now;
            Cast able = able(service, present);
            if (able == null ? present == now : able.enter()) {
                return able;
            }
        }
    }

    private @Nullable Cast able(Service service, Cast present) {
        if (present.services().find(service) != null) {
            return present;
        }
        for (Cast former : leaving) {
            if (former.services().find(service) != null) {
                return former;
            }
        }
        return null;
    }

    /** What the present status probe says. */
    Status measure() throws Exception {
        Cast present = enter();
        try {
            return present.probe().measure();
        } finally {
            present.leave();
        }
    }

    /** What the present authorizer says. */
    Decision authorize(Packet packet) {
        Cast present = enter();
        try {
            return present.authorizer().authorize(packet);
        } finally {
            present.leave();
        }
    }

    private Cast enter() {
        while (true) {
            Cast present = now;
            if (present.enter()) {
                return present;
            }
        }
    }

    /** Puts this cast in the place of the present one; completes when nobody is inside that any more, and nobody can be. */
    synchronized CompletionStage<Void> replace(Cast next) {
        if (closed) {
            return next.retire();
        }
        Cast before = now;
        boolean allThere = next.services().all().containsAll(before.services().all());
        if (!allThere) {
            List<Cast> more = new ArrayList<>(leaving);
            more.add(0, before);
            leaving = List.copyOf(more);
        }
        now = next;
        if (allThere) {
            return before.retire();
        }
        loop.after(patience, () -> letGo(before));
        return before.emptied();
    }

    private void letGo(Cast former) {
        synchronized (this) {
            leaving = leaving.stream().filter(each -> each != former).toList();
        }
        var unused = former.retire();
    }

    /** Nothing is called any more: nobody waits for what is gone. */
    void close() {
        synchronized (this) {
            closed = true;
        }
        leaving.forEach(this::letGo);
    }
}
