package io.nanite.testkit.broker;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.abortedWithReason;
import static org.junit.platform.testkit.engine.EventConditions.displayName;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedSuccessfully;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.instanceOf;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.nanite.faultkit.rabbit.RabbitBinaries;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.platform.testkit.engine.EngineExecutionResults;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.opentest4j.AssertionFailedError;
import org.opentest4j.TestAbortedException;

/** What the annotations do on a machine without RabbitMQ, which any machine is if one looks in an empty folder. */
class WithoutRabbitTest {

    private static final String ABSENT = "RabbitMQ: not in NANITE_RABBITMQ_HOME=%s "
            + "(expected: rabbitmq-server and rabbitmqctl there, epmd on the PATH)";

    @TempDir
    private Path empty;

    @Test
    void theEmbeddedRunGoesOnAndTheOthersAreSkippedWithTheReason() {
        EngineExecutionResults results = run("NANITE_REQUIRE_RABBITMQ", "false");
        results.testEvents()
                .assertStatistics(
                        statistics -> statistics.succeeded(1).aborted(3).failed(0));
        results.testEvents()
                .assertThatEvents()
                .haveExactly(1, event(displayName("[embedded]"), finishedSuccessfully()))
                .haveExactly(
                        3,
                        event(
                                displayName("[rabbitmq]"),
                                abortedWithReason(
                                        instanceOf(TestAbortedException.class), message(ABSENT.formatted(empty)))));
    }

    @Test
    void whereRabbitIsRequiredTheyFailWithTheReason() {
        EngineExecutionResults results = run("NANITE_REQUIRE_RABBITMQ", "true");
        results.testEvents()
                .assertStatistics(
                        statistics -> statistics.succeeded(1).aborted(0).failed(3));
        results.testEvents()
                .assertThatEvents()
                .haveExactly(
                        3,
                        event(
                                displayName("[rabbitmq]"),
                                finishedWithFailure(
                                        instanceOf(AssertionFailedError.class),
                                        message(ABSENT.formatted(empty) + "; NANITE_REQUIRE_RABBITMQ is true"))));
    }

    @Test
    void aGivenBrokerServesAllButThoseWhoWantOneOfTheirOwn() {
        EngineExecutionResults results = run("NANITE_TEST_AMQP_URI", "amqp://ops:secret@192.0.2.1:5672/%2Fours");
        results.testEvents()
                .assertStatistics(
                        statistics -> statistics.succeeded(3).aborted(1).failed(0));
    }

    private EngineExecutionResults run(String key, String value) {
        return EngineTestKit.engine("junit-jupiter")
                .selectors(selectClass(Sample.class))
                .configurationParameter(RabbitBinaries.HOME, empty.toString())
                .configurationParameter("NANITE_REQUIRE_RABBITMQ", "false") // whatever the environment says
                .configurationParameter(key, value)
                .execute();
    }

    /** Nobody runs this but the tests above: its name does not end as a test's does. */
    static class Sample {

        @BeforeEach
        void alsoGetsIt(TestBroker broker) {
            expect(broker.uri().startsWith("amqp://"));
        }

        @EveryBroker
        void onEvery(TestBroker broker) {
            expect(broker.kind().equals("embedded") || broker.vhost().equals("/ours"));
        }

        @OnRabbitMq
        void onRabbit(RabbitTestBroker broker) {
            expect(broker.uri("nanite").equals("amqp://ops:secret@192.0.2.1:5672/%2Fours"));
        }

        @OnRabbitMq(own = true)
        void onOneOfItsOwn(TestBroker broker) {
            expect(broker.kind().equals("rabbitmq"));
        }

        private static void expect(boolean truth) {
            if (!truth) {
                throw new AssertionError("not so");
            }
        }
    }
}
