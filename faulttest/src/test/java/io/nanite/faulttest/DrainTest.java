package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.faultkit.Child;
import io.nanite.faultkit.LedgerReport;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.TestBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/** Agents that are told to end, politely and not. */
class DrainTest {

    private static final int SIGNALLED_TERM = 143;

    @TempDir
    Path folder;

    @OnRabbitMq
    void termUnderLoadLosesNothingAndDoesNothingTwice(TestBroker broker) throws Exception {
        int port = Fleet.port(broker);
        int jobs = 2_400;
        // Who is slow is not to be taken for dead: what he does would be done twice.
        try (Fleet fleet = new Fleet(folder, Duration.ofSeconds(30))) {
            Child leaving = fleet.agent("a1", broker, port);
            fleet.agent("a2", broker, port);
            Child mapper = fleet.busyMapper("m1", broker, port, jobs, 2);
            for (int i = 1; i <= 2; i++) {
                fleet.awaitAnswered(jobs / 4);
                fleet.fault("agent TERM, " + i);
                leaving.terminate();
                assertThat(leaving.awaitExit(Fleet.PATIENCE)).isZero();
                leaving = fleet.agent("a1", broker, port);
            }
            fleet.awaitAnswered(jobs / 4);
            fleet.enough();
            assertThat(mapper.awaitExit(Fleet.PATIENCE)).isZero();
            Awaitility.await()
                    .atMost(Fleet.PATIENCE)
                    .until(() -> LedgerReport.of(folder).lost().isEmpty());
            LedgerReport report = LedgerReport.of(folder);
            System.out.println(report.table());
            assertThat(report.isKept()).isTrue();
            assertThat(report.failed()).isEmpty();
            assertThat(report.submitted()).isGreaterThanOrEqualTo(jobs);
            assertThat(report.recoveries()).allMatch(fault -> fault.allAnswered() != null);
            assertThat(report.executedTwice()).isEmpty();
        }
    }

    @OnRabbitMq
    void aJobThatOutlastsTheGraceIsNamedOnceGivenBackAndDoneByAnother(TestBroker broker) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child first = daemons.agent("a1", "--grace", "200ms");
            Mapper mapper = daemons.mapper(1);
            Job request = mapper.request("/hazard/hold", Daemons.work(folder, 1));
            var pushed = mapper.push("/hazard/hold", Daemons.work(folder, 2)).toCompletableFuture();
            Daemons.awaitNotes(folder, "begun", 2);
            Child second = daemons.agent("a2");

            first.terminate();
            assertThat(first.awaitExit(Daemons.PATIENCE)).isZero();

            List<String> named = first.lines().stream()
                    .filter(line -> line.contains("ends without having finished 2 jobs: "))
                    .toList();
            assertThat(named).hasSize(1);
            for (String token :
                    List.of(request.token().value(), pushed.get().token().value())) {
                assertThat(named.get(0).split(token, -1)).as(token).hasSize(2);
            }
            Daemons.awaitNotes(folder, "begun", 4);
            Files.createFile(folder.resolve("end"));
            assertThat(request.await().values()).hasToString("{a2=" + second.pid() + "}");
            Daemons.awaitNotes(folder, "ended", 2);
        }
    }

    @OnRabbitMq
    void theSecondTermEndsAtOnceAndNamesWhatItLeaves(TestBroker broker) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child first = daemons.agent("a1");
            // One that takes queues would empty this one before it is looked at.
            Mapper mapper = daemons.mapper(1, true, false);
            Job request = mapper.request("/hazard/hold", Daemons.work(folder, 1));
            Daemons.awaitNotes(folder, "begun", 1);
            first.terminate();
            first.awaitLine("nanite-a1 unregistered", Daemons.PATIENCE);

            first.terminate();

            // The grace is 30 s.
            assertThat(first.awaitExit(Duration.ofSeconds(10))).isEqualTo(SIGNALLED_TERM);
            assertThat(first.lines())
                    .last()
                    .isEqualTo("nanite-a1 ends at once without having finished 1 job: %s".formatted(request.token()));
            daemons.awaitLeft("a1", 1);
            Child second = daemons.agent("a2");
            Files.createFile(folder.resolve("end"));
            assertThat(request.await().values()).hasToString("{a2=" + second.pid() + "}");
        }
    }

    /** The same without late acks: what was begun is gone. */
    @OnRabbitMq
    void whatAnAgentHasAckedEarlyIsLostWithTheSecondTerm(TestBroker broker) throws Exception {
        try (Daemons daemons = new Daemons(folder, broker)) {
            Child first = daemons.agent("a1", "--ack", "early");
            daemons.mapper(1, true, false).push("/hazard/hold", Daemons.work(folder, 1));
            Daemons.awaitNotes(folder, "begun", 1);
            first.terminate();
            first.awaitLine("nanite-a1 unregistered", Daemons.PATIENCE);
            first.terminate();
            assertThat(first.awaitExit(Duration.ofSeconds(10))).isEqualTo(SIGNALLED_TERM);
            daemons.awaitLeft("a1", 0);
        }
    }
}
