package io.nanite.cli;

import io.nanite.core.packet.Service;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.Outcomes;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.ToIntFunction;

/** A mapper for the time of a command. */
interface Loan extends AutoCloseable {

    /** After so long without a word of anybody it may be said that nobody is there. */
    Duration FIRST = Duration.ofSeconds(2);

    Mapper mapper();

    /** How long agents may still take to say that they are there: no longer than this, and 0 if they have had the time. */
    Duration patience(Duration atMost);

    /** Has what came of the request printed, now or when it has come. Returns the exit code, 0 for later. */
    int follow(Service service, Job job, ToIntFunction<Outcomes> printer) throws InterruptedException;

    /** Gives it back. */
    @Override
    void close();

    /** Waits until who is there has most likely said so: for the first some time, and then until nobody came for so long. */
    static void hear(Mapper mapper, Duration quiet, Duration atMost) throws InterruptedException {
        if (mapper.awaitAgents(1, atMost.compareTo(FIRST) < 0 ? atMost : FIRST)) {
            mapper.awaitQuiet(quiet, atMost);
        }
    }

    /** Waits as {@link Job#await} does, and until all news of the job have been told as well. */
    static Outcomes ended(Job job) throws InterruptedException {
        CountDownLatch told = new CountDownLatch(1);
        var unused = job.outcomes().whenComplete((outcomes, error) -> told.countDown());
        told.await();
        return job.await();
    }
}
