package io.nanite.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Who has a mapper for a command: {@code nanite-mapper} starts one for it, a console has one. */
interface Lender {

    /**
     * A mapper until the loan is closed. The time-out is that of requests, null for the default; what agents ask for is done
     * meanwhile if it {@code serves} them.
     */
    Loan lend(@Nullable Duration timeout, boolean serves);

    /** Whether calls that nobody can serve wait until somebody can. */
    boolean offlineFailsafe();

    /** Whether all answers are to be JSON, whatever the command itself is told. */
    boolean json();
}
