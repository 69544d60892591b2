package io.nanite.faultkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LedgerTest {

    @TempDir
    Path folder;

    private LedgerReport report() {
        return LedgerReport.of(folder);
    }

    @Test
    void aJobThatWentWellIsNothingButCounted() {
        try (Ledger caller = Ledger.open(folder, "caller-1");
                Ledger agent = Ledger.open(folder, "agent-2")) {
            caller.submitted("a");
            agent.started("a");
            agent.finished("a");
            caller.completed("a", Ledger.OK);
        }
        LedgerReport report = report();
        assertThat(report.isKept()).isTrue();
        assertThat(report.submitted()).isOne();
        assertThat(report.completed()).isOne();
        assertThat(report.failed()).isEmpty();
        assertThat(report.executedTwice()).isEmpty();
        assertThat(report.executedTwiceShare()).isZero();
    }

    @Test
    void whatWasPromisedAndNotDoneIsLost() {
        try (Ledger caller = Ledger.open(folder, "caller-1")) {
            caller.submitted("push");
            caller.completed("push", Ledger.OK);
        }
        assertThat(report().lost()).containsExactly("push");
        assertThat(report().unanswered()).isEmpty();
        assertThat(report().isKept()).isFalse();
    }

    @Test
    void silenceIsUnansweredAndIfNobodyDidItLost() {
        try (Ledger caller = Ledger.open(folder, "caller-1");
                Ledger agent = Ledger.open(folder, "agent-2")) {
            caller.submitted("silent");
            caller.submitted("done");
            agent.started("done");
            agent.finished("done");
        }
        assertThat(report().lost()).containsExactly("silent");
        assertThat(report().unanswered()).containsExactlyInAnyOrder("silent", "done");
    }

    @Test
    void whoWasToldOfAFailureHasLostNothing() {
        try (Ledger caller = Ledger.open(folder, "caller-1")) {
            caller.submitted("a");
            caller.completed("a", "TIMEOUT");
        }
        assertThat(report().isKept()).isTrue();
        assertThat(report().failed()).containsExactly("a: TIMEOUT");
    }

    @Test
    void nobodyWaitsForTheAnswersOfAKilledCallerButWhatItWasPromisedCounts() {
        try (Ledger caller = Ledger.open(folder, "caller-1");
                Ledger test = Ledger.open(folder, "test")) {
            caller.submitted("open");
            caller.submitted("promised");
            caller.completed("promised", Ledger.OK);
            test.died("caller-1");
        }
        assertThat(report().callerDied()).isOne();
        assertThat(report().unanswered()).isEmpty();
        assertThat(report().lost()).containsExactly("promised");
    }

    @Test
    void whatHappensTwiceIsNamed() {
        try (Ledger caller = Ledger.open(folder, "caller-1");
                Ledger one = Ledger.open(folder, "agent-2");
                Ledger two = Ledger.open(folder, "agent-3")) {
            caller.submitted("a");
            caller.submitted("b");
            one.started("a"); // killed
            two.started("a");
            two.finished("a");
            two.started("b");
            two.finished("b");
            caller.completed("a", Ledger.OK);
            caller.completed("b", Ledger.OK);
            caller.completed("b", Ledger.OK);
        }
        assertThat(report().executedTwice()).containsExactly("a");
        assertThat(report().executedTwiceShare()).isEqualTo(0.5);
        assertThat(report().completedTwice()).containsExactly("b");
    }

    @Test
    void aLineThatAKilledProcessDidNotFinishIsLeftOut() throws Exception {
        try (Ledger caller = Ledger.open(folder, "caller-1")) {
            caller.submitted("a");
            caller.completed("a", "REFUSED\tby\nname");
        }
        Files.writeString(folder.resolve("caller-1.ledger"), "12345\tSUBM", StandardOpenOption.APPEND);
        assertThat(report().submitted()).isOne();
        assertThat(report().failed()).containsExactly("a: REFUSED by name");
    }

    @Test
    void eachFaultSaysWhatItCost() {
        try (Ledger caller = Ledger.open(folder, "caller-1");
                Ledger test = Ledger.open(folder, "test")) {
            caller.submitted("before");
            test.fault("kill -9");
            caller.submitted("after");
            caller.completed("after", Ledger.OK);
            caller.completed("before", Ledger.OK);
        }
        LedgerReport.Recovery recovery = report().recoveries().get(0);
        assertThat(recovery.fault()).isEqualTo("kill -9");
        assertThat(recovery.firstAnswer()).isPositive().isLessThan(recovery.allAnswered());
        assertThat(report().slowestRecovery()).isEqualTo(recovery.allAnswered());
        assertThat(report().table()).contains("submitted", "lost", "kill -9", "all that waited");
    }

    @Test
    void manyThreadsWriteWholeLines() throws Exception {
        try (Ledger ledger = Ledger.open(folder, "caller-1")) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                int number = t;
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < 1_000; i++) {
                        ledger.submitted(number + "-" + i);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }
        assertThat(report().submitted()).isEqualTo(4_000);
    }

    @Test
    void nobodyWritesIntoTheBookOfAnother() {
        Ledger.open(folder, "caller-1").close();
        assertThatThrownBy(() -> Ledger.open(folder, "caller-1")).isInstanceOf(UncheckedIOException.class);
    }
}
