package io.nanite.cli;

import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.faultkit.Ledger;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Takes its time, and writes down when it begins and when it is done. */
@Actor
final class SoakActor {

    static final String PREFIX = "soak";

    /** Takes milliseconds. */
    static final String SLOW = "/soak/slow";

    /** Takes none: such jobs share messages. */
    static final String QUICK = "/soak/quick";

    private final Ledger ledger;

    SoakActor(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Work for so long, under this name in the ledger. */
    record Work(String id, int millis) {}

    @Expose
    String slow(Work work) {
        ledger.started(work.id());
        long until = work.millis() * TimeUnit.MILLISECONDS.toNanos(1);
        LockSupport.parkNanos(this, until);
        ledger.finished(work.id());
        return work.id();
    }

    @Expose
    String quick(Work work) {
        ledger.started(work.id());
        ledger.finished(work.id());
        return work.id();
    }
}
