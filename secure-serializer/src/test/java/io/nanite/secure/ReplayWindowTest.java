package io.nanite.secure;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.secure.ReplayWindow.Verdict;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ReplayWindowTest {

    /** Against a set that forgets nothing, in disorder, over all sizes that the window grows through. */
    @Test
    void nothingIsNewTwiceAndWhatIsNearIsNeverOld() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            ReplayWindow window = new ReplayWindow();
            Set<Long> seen = new HashSet<>();
            long highest = 0;
            for (int i = 0; i < 100_000; i++) {
                long counter = Math.max(0, highest + random.nextInt(40) - 35);
                if (random.nextInt(10_000) == 0) {
                    counter = highest + random.nextInt(100_000);
                }
                highest = Math.max(highest, counter);
                Verdict verdict = window.note(counter);
                assertThat(verdict).isEqualTo(seen.add(counter) ? Verdict.NEW : Verdict.SEEN);
            }
        }
    }

    @Test
    void whatIsFartherBackThanTheWindowIsOld() {
        ReplayWindow window = new ReplayWindow();
        window.note(1_000_000);

        assertThat(window.note(1_000_000 - ReplayWindow.MOST)).isEqualTo(Verdict.OLD);
        assertThat(window.note(1_000_001 - ReplayWindow.MOST)).isEqualTo(Verdict.NEW);
        assertThat(window.note(0)).isEqualTo(Verdict.OLD);
        window.note(Long.MAX_VALUE);
        assertThat(window.note(1_000_000)).isEqualTo(Verdict.OLD);
        assertThat(window.note(Long.MAX_VALUE)).isEqualTo(Verdict.SEEN);
    }
}
