package io.nanite.secure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class MutatedEnvelopesTest {

    private static final int COUNT = 5_000;

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void noneIsAcceptedWithChangedContent() {
        MutatedEnvelopes.Tally tally = new MutatedEnvelopes(1).run(COUNT);

        assertThat(tally.changed()).as("%s", tally).isZero();
        assertThat(tally.crashed()).as("%s", tally).isZero();
        assertThat(tally.refused() + tally.same()).as("%s", tally).isEqualTo(COUNT);
    }
}
