package io.nanite.core.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

final class SingleThreadLoopTest {

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final SingleThreadLoop loop = new SingleThreadLoop("test-loop", errors::add);

    @AfterEach
    void closeLoop() {
        loop.close();
    }

    @Test
    void tasksRunInOrderOnTheLoopsOwnThread() {
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        List<String> expected =
                IntStream.range(0, 100).mapToObj(i -> "test-loop " + i).toList();

        IntStream.range(0, 100)
                .forEach(i -> loop.execute(() -> ran.add(Thread.currentThread().getName() + " " + i)));
        loop.close();

        assertThat(ran).containsExactlyElementsOf(expected);
    }

    @Test
    void aBeatThatThrowsIsReportedAndBeatsOn() throws InterruptedException {
        CountDownLatch beats = new CountDownLatch(5);

        loop.every(Duration.ofMillis(1), () -> {
            beats.countDown();
            if (beats.getCount() % 2 == 0) {
                throw new IllegalStateException("odd beat");
            }
            throw new AssertionError("even beat");
        });

        assertThat(beats.await(20, TimeUnit.SECONDS)).isTrue();
        loop.close();
        assertThat(errors).hasSizeGreaterThanOrEqualTo(5).hasAtLeastOneElementOfType(AssertionError.class);
    }

    @Test
    void aTaskThatThrowsDoesNotStopTheNext() throws InterruptedException {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();

        loop.execute(() -> {
            throw new IllegalStateException("first");
        });
        loop.execute(() -> ran.add("second"));

        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("second");
        assertThat(errors).hasSize(1);
    }

    @Test
    void aDelayedTaskRunsOnceUnlessItIsCancelled() throws InterruptedException {
        BlockingQueue<String> ran = new LinkedBlockingQueue<>();

        // On the loop itself: none of them can run before all of this is said, however slow the machine.
        loop.execute(() -> {
            EventLoop.Cancellable never = loop.after(Duration.ofMillis(20), () -> ran.add("cancelled"));
            loop.after(Duration.ofMillis(40), () -> ran.add("later"));
            loop.after(Duration.ofMillis(1), () -> ran.add("sooner"));
            never.cancel();
            never.cancel();
        });

        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("sooner");
        assertThat(ran.poll(20, TimeUnit.SECONDS)).isEqualTo("later");
        assertThat(ran).isEmpty();
    }

    @Test
    void aCancelledBeatBeatsNoMore() throws InterruptedException {
        AtomicInteger beats = new AtomicInteger();
        CountDownLatch started = new CountDownLatch(2);
        EventLoop.Cancellable beat = loop.every(Duration.ofMillis(1), () -> {
            beats.incrementAndGet();
            started.countDown();
        });
        assertThat(started.await(20, TimeUnit.SECONDS)).isTrue();

        CountDownLatch counted = new CountDownLatch(1);
        AtomicInteger atCancel = new AtomicInteger();
        loop.execute(() -> {
            beat.cancel();
            atCancel.set(beats.get());
        });
        loop.after(Duration.ofMillis(20), counted::countDown);

        assertThat(counted.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(beats).hasValue(atCancel.get());
    }

    @Test
    void closingTwiceDoesNothingAndWhatComesLaterIsDropped() {
        Queue<String> ran = new ConcurrentLinkedQueue<>();
        loop.execute(() -> ran.add("before"));

        loop.close();
        loop.close();
        loop.execute(() -> ran.add("after"));
        loop.after(Duration.ZERO, () -> ran.add("after")).cancel();
        loop.every(Duration.ofMillis(1), () -> ran.add("after")).cancel();

        assertThat(ran).containsExactly("before");
        assertThat(errors).isEmpty();
    }

    @Test
    @Timeout(4)
    void closingDoesNotWaitForWhatIsNotDue() {
        loop.after(Duration.ofHours(1), () -> errors.add(new AssertionError("ran")));
        loop.every(Duration.ofHours(1), () -> errors.add(new AssertionError("ran")));

        loop.close();

        assertThat(errors).isEmpty();
    }

    @Test
    @Timeout(4)
    void closingFromWithinTheLoopEndsIt() throws InterruptedException {
        CountDownLatch closed = new CountDownLatch(1);

        loop.execute(() -> {
            loop.close();
            closed.countDown();
        });

        assertThat(closed.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
