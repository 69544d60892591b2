package io.nanite.agent;

import java.util.concurrent.atomic.LongAdder;

/** Counts what an agent does. Written by every thread of it. */
final class Counts {

    final LongAdder executed = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder repeated = new LongAdder();
    final LongAdder refused = new LongAdder();
    final LongAdder expired = new LongAdder();
    final LongAdder cancelled = new LongAdder();
    final LongAdder requeued = new LongAdder();
    final LongAdder takenApart = new LongAdder();
    final LongAdder deadLettered = new LongAdder();
    final LongAdder returned = new LongAdder();
    final LongAdder redelivered = new LongAdder();
    final LongAdder micros = new LongAdder();

    Tally tally() {
        return new Tally(
                executed.sum(),
                failed.sum(),
                repeated.sum(),
                refused.sum(),
                expired.sum(),
                cancelled.sum(),
                requeued.sum(),
                takenApart.sum(),
                deadLettered.sum(),
                returned.sum(),
                redelivered.sum(),
                micros.sum());
    }
}
