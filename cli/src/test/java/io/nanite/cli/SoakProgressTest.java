package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.testkit.ManualTime;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SoakProgressTest {

    private final ManualTime time = new ManualTime();
    private final StringWriter printed = new StringWriter();

    private SoakProgress progress(boolean rewriting) {
        return new SoakProgress(new PrintWriter(printed, true), rewriting, 2_000, time);
    }

    @Test
    void elsewhereThanOnATerminalThereIsALineEveryFewSeconds() {
        SoakProgress progress = progress(false);
        for (int second = 0; second < 60; second++) {
            time.advance(Duration.ofSeconds(1));
            progress.at(1_000, 3, SoakFault.LINK_RESET);
        }
        assertThat(printed.toString().lines())
                .hasSize(12)
                .contains(
                        "[===============               ]  50 %  1,000 of 2,000 answered, 3 faults (last: link-reset ),"
                                + " 0:05");
        assertThat(printed.toString()).doesNotContain("\r");
    }

    @Test
    void onATerminalOneLineIsWrittenAgainAndAgain() {
        SoakProgress progress = progress(true);
        progress.at(0, 0, null);
        progress.at(500, 1, SoakFault.AGENT_KILL);
        progress.end(2_000, 1, SoakFault.AGENT_KILL);
        assertThat(printed.toString()).endsWith(System.lineSeparator()).containsOnlyOnce(System.lineSeparator());
        assertThat(printed.toString().split("\r")).hasSize(4);
        assertThat(printed.toString()).contains("25 %", "100 %");
    }
}
