package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.faultkit.Child;
import io.nanite.faultkit.FaultProxy;
import io.nanite.faultkit.LedgerReport;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every job is written down where it is submitted, begun, finished and answered, while everything breaks that can: then the
 * books are compared.
 */
class LedgerTest {

    private static final int JOBS = 20_000;

    /** So many are answered between a fault and the next. */
    private static final int BETWEEN = JOBS / 16;

    private static final int AGENTS = 4;

    /** How many of a hundred jobs may have been begun twice. */
    private static final double TWICE = 0.5;

    @TempDir
    Path folder;

    @OnRabbitMq(own = true)
    void underSixFaultsEveryJobIsDoneAndAnsweredOnce(RabbitTestBroker broker) throws Exception {
        int port = Fleet.port(broker);
        try (FaultProxy link = FaultProxy.before("127.0.0.1", port);
                Fleet fleet = new Fleet(folder)) {
            Child first = fleet.agent("a1", broker, port);
            Child second = fleet.agent("a2", broker, port);
            Child third = fleet.agent("a3", broker, link.port());
            Child fourth = fleet.agent("a4", broker, port);
            Child one = fleet.busyMapper("m1", broker, link.port(), JOBS / 2, AGENTS);
            Child two = fleet.busyMapper("m2", broker, port, JOBS / 2, AGENTS);
            fleet.awaitAnswered(BETWEEN);
            broker.settle();

            fleet.fault("agent kill -9");
            fleet.kill(first);
            first = fleet.agent("a1", broker, port);

            fleet.awaitAnswered(BETWEEN);
            broker.stop();
            fleet.fault("broker stop_app, start_app");
            long slowestStart = start(broker);

            fleet.awaitAnswered(BETWEEN);
            fleet.fault("mapper kill -9");
            fleet.kill(two);
            Child again = fleet.busyMapper("m2", broker, port, JOBS / 2 - fleet.submittedBy(two), 1);
            fleet.awaitAtWork(again); // a mapper that cannot even start says so and ends

            fleet.awaitAnswered(BETWEEN);
            fleet.fault("link black in both directions");
            link.blacken();
            Awaitility.await().atMost(Fleet.PATIENCE).until(() -> link.blackLinks() == 0);

            fleet.awaitAnswered(BETWEEN);
            broker.settle();
            broker.kill();
            fleet.fault("broker kill -9");
            slowestStart = Math.max(slowestStart, start(broker));

            fleet.awaitAnswered(BETWEEN);
            fleet.fault("agent STOP, CONT");
            second.stop();
            fleet.awaitAnswered(BETWEEN);
            second.resume();

            fleet.enough();
            assertThat(one.awaitExit(Fleet.PATIENCE)).isZero();
            assertThat(again.awaitExit(Fleet.PATIENCE)).isZero();
            LedgerReport report = settled();
            System.out.println(report.table());
            for (Child agent : List.of(first, second, third, fourth)) {
                agent.terminate();
                assertThat(agent.awaitExit(Fleet.PATIENCE)).isZero();
            }

            assertThat(report.submitted()).isGreaterThanOrEqualTo(JOBS);
            assertThat(report.lost()).as("lost").isEmpty();
            assertThat(report.unanswered()).as("unanswered").isEmpty();
            assertThat(report.completedTwice()).as("completed twice").isEmpty();
            assertThat(report.failed()).as("failed").isEmpty();
            assertThat(report.executedTwiceShare() * 100)
                    .as("executed twice, in %%")
                    .isLessThanOrEqualTo(TWICE);
            assertThat(report.callerDied())
                    .as("waited for by a mapper that was killed")
                    .isPositive();
            assertThat(report.recoveries()).hasSize(6).allMatch(fault -> fault.allAnswered() != null);
            assertThat(report.slowestRecovery())
                    .isLessThan(Duration.ofSeconds(30).plusNanos(slowestStart));
            // The queue of a mapper that ended while its broker was down is there to be expired, empty.
            assertThat(queues(broker))
                    .contains("dead-letter\t0", "mapper-offline\t0")
                    .allMatch(queue -> queue.endsWith("\t0") && !queue.startsWith("nanite-"));
        }
    }

    /** An early ack is all that it takes: the same check says what it costs. */
    @OnRabbitMq
    void agentsThatAckEarlyLoseWorkWhenTheyAreKilled(RabbitTestBroker broker) throws Exception {
        int port = Fleet.port(broker);
        try (Fleet fleet = new Fleet(folder)) {
            Child first = fleet.earlyAgent("a1", broker, port);
            Child second = fleet.earlyAgent("a2", broker, port);
            // Pushes take so long that some are always running, however slowly this machine gives them away.
            Child mapper = fleet.mapper("m1", broker, port, 2_000, 2, Duration.ofMillis(400));
            fleet.awaitAnswered(500);

            fleet.fault("agent kill -9");
            fleet.kill(first);

            assertThat(mapper.awaitExit(Fleet.PATIENCE)).isZero();
            second.terminate();
            second.awaitExit(Fleet.PATIENCE);
            LedgerReport report = LedgerReport.of(folder);
            System.out.println(report.table());
            assertThat(report.lost()).isNotEmpty();
            assertThat(report.unanswered()).as("only pushes are lost").isEmpty();
            assertThat(report.isKept()).isFalse();
        }
    }

    /** Returns how many nanoseconds that took: nobody recovers from it sooner. */
    private static long start(RabbitTestBroker broker) {
        long before = System.nanoTime();
        broker.start();
        return System.nanoTime() - before;
    }

    private static List<String> queues(RabbitTestBroker broker) {
        return broker.rabbitmqctl("-p", broker.vhost(), "list_queues", "--no-table-headers", "name", "messages")
                .lines()
                .toList();
    }

    /** Pushes are answered when the broker has them; when all are done there is nothing more to come. */
    private LedgerReport settled() {
        return Awaitility.await()
                .atMost(Fleet.PATIENCE)
                .pollInterval(Duration.ofMillis(500))
                .conditionEvaluationListener(unused -> {})
                .until(() -> LedgerReport.of(folder), report -> report.lost().isEmpty());
    }
}
