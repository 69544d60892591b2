package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.faultkit.Child;
import io.nanite.faultkit.Ledger;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code nanite soak}, as a process: it holds, and it notices what does not. */
class SoakTest {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** Work that takes longer than the pauses between the faults, and pauses in which whoever was killed can begin to work. */
    private static final List<String> SHORT = List.of(
            "--jobs", "3000", "--agents", "3", "--work", "100ms", "--fault-every", "1s-2s", "--heartbeat", "2s");

    @TempDir
    Path folder;

    /** How it ended, and the last that it said. */
    private record Ended(int code, String said) {}

    private Ended soak(List<String> first, String... more) throws InterruptedException {
        List<String> arguments = new ArrayList<>();
        arguments.add("soak");
        arguments.addAll(first);
        arguments.addAll(List.of(more));
        ProcessBuilder builder = Child.jvm(
                List.of("-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
                "io.nanite.cli.Main",
                arguments.toArray(String[]::new));
        builder.environment().keySet().removeIf(name -> name.startsWith("NANITE_") && !name.contains("RABBITMQ"));
        builder.directory(folder.toFile());
        try (Child child = Child.start("soak", builder)) {
            int code = child.awaitExit(PATIENCE);
            return new Ended(code, String.join("\n", child.lines()));
        }
    }

    private static void assertHeld(Ended ended) {
        assertThat(ended.said())
                .containsPattern("submitted +3\\d{3}")
                .containsPattern("lost +0")
                .containsPattern("unanswered +0")
                .containsPattern("completed twice +0")
                .containsPattern("all +[1-9]")
                .contains("heap after GC", "The promise held.")
                .doesNotContain("\r", "Exception");
        assertThat(ended.code()).isZero();
    }

    @Test
    void atAnEmbeddedBrokerThePromiseHolds() throws Exception {
        assertHeld(soak(SHORT, "--embedded"));
    }

    @OnRabbitMq
    void atARabbitMqThatIsThereThePromiseHolds(RabbitTestBroker broker) throws Exception {
        assertHeld(soak(SHORT, "-P", Integer.toString(Fleet.port(broker)), "-v", broker.vhost()));
    }

    @OnRabbitMq(own = true)
    void atARabbitMqOfItsOwnThePromiseHoldsWhileThatIsKilledToo() throws Exception {
        Ended ended = soak(SHORT, "--own-rabbitmq", "--faults", "agent-kill,mapper-kill,broker-kill,broker-stop");
        assertHeld(ended);
        assertThat(ended.said()).containsPattern("broker when all had gone: +\\d+ queues");
    }

    @Test
    void whatIsSignedAndEncryptedIsNotLostEither() throws InterruptedException {
        assertHeld(soak(SHORT, "--embedded", "--format", "secure"));
    }

    /** The books of one who was told that all is well with a job that nobody did lie beside those of the soak. */
    @Test
    void aJobThatIsLostIsNoticed() throws Exception {
        try (Ledger caller = Ledger.open(folder, "caller")) {
            caller.submitted("the lost one");
            caller.completed("the lost one", Ledger.OK);
        }
        Ended ended = soak(
                // Nothing is broken: the lost one is to be the only one.
                List.of("--jobs", "50", "--agents", "1", "--mappers", "1", "--embedded", "--fault-every", "600s"),
                "--patience",
                "5s",
                "--ledger",
                folder.toString());
        assertThat(ended.said()).contains("[the lost one]", "THE PROMISE WAS BROKEN.");
        assertThat(ended.code()).isOne();
    }

    @Test
    void whereNoBrokerIsItSaysSoInASentence() throws Exception {
        Ended ended = soak(SHORT, "-P", "1");
        assertThat(ended.said().lines()).singleElement().asString().contains("127.0.0.1:1");
        assertThat(ended.code()).isEqualTo(3);
    }
}
