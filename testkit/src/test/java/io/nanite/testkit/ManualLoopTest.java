package io.nanite.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.loop.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ManualLoopTest {

    private final ManualLoop loop = new ManualLoop();
    private final long start = loop.time().nanos();
    private final List<String> ran = new ArrayList<>();

    @Test
    void nothingRunsUntilTheTestSaysSo() {
        loop.execute(() -> ran("now"));
        assertThat(ran).isEmpty();

        loop.run();

        assertThat(ran).containsExactly("now at 0");
    }

    @Test
    void whatFallsDueRunsInTheOrderOfTimeAndAtItsTime() {
        loop.after(Duration.ofSeconds(3), () -> ran("c"));
        loop.after(Duration.ofSeconds(1), () -> ran("a"));
        loop.after(Duration.ofSeconds(3), () -> ran("d"));
        loop.after(Duration.ofSeconds(2), () -> {
            ran("b");
            loop.after(Duration.ofMillis(500), () -> ran("b2"));
            loop.execute(() -> ran("b1"));
        });
        loop.after(Duration.ofSeconds(9), () -> ran("late"));

        loop.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("a at 1000", "b at 2000", "b1 at 2000", "b2 at 2500", "c at 3000", "d at 3000");
        assertThat(loop.time().nanos() - start).isEqualTo(Duration.ofSeconds(5).toNanos());
        assertThat(loop.waiting()).isEqualTo(1);
    }

    @Test
    void whatRepeatsRunsAsOftenAsItsPeriodFits() {
        EventLoop.Cancellable beat = loop.every(Duration.ofSeconds(15), () -> ran("beat"));

        loop.advance(Duration.ofSeconds(14));
        assertThat(ran).isEmpty();
        loop.advance(Duration.ofSeconds(32));
        assertThat(ran).containsExactly("beat at 15000", "beat at 30000", "beat at 45000");

        beat.cancel();
        loop.advance(Duration.ofMinutes(1));
        assertThat(ran).hasSize(3);
    }

    @Test
    void aBeatMayCancelItself() {
        List<EventLoop.Cancellable> handle = new ArrayList<>();
        handle.add(loop.every(Duration.ofSeconds(1), () -> {
            ran("beat");
            handle.get(0).cancel();
        }));

        loop.advance(Duration.ofSeconds(10));

        assertThat(ran).hasSize(1);
        assertThat(loop.waiting()).isZero();
    }

    @Test
    void aTaskThatThrowsIsKeptForTheTestAndBeatsOn() {
        loop.every(Duration.ofSeconds(1), () -> {
            throw new IllegalStateException("beat");
        });

        loop.advance(Duration.ofSeconds(3));

        assertThat(loop.failures()).hasSize(3).allSatisfy(each -> assertThat(each)
                .hasMessage("beat"));
    }

    @Test
    void closingRunsWhatIsDueAndForgetsTheRest() {
        loop.execute(() -> ran("due"));
        loop.after(Duration.ofSeconds(1), () -> ran("later"));

        loop.close();
        loop.close();
        loop.execute(() -> ran("after the end"));
        loop.advance(Duration.ofSeconds(5));

        assertThat(ran).containsExactly("due at 0");
    }

    @Test
    void aClockThatIsSetBackDoesNotMoveTheTimeThatCounts() {
        ManualTime time = loop.time();
        Instant noon = time.now();

        time.jump(Duration.ofHours(-3));
        time.advance(Duration.ofSeconds(1));

        assertThat(time.now()).isEqualTo(noon.minus(Duration.ofHours(3)).plusSeconds(1));
        assertThat(time.nanos() - start).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThatThrownBy(() -> time.advance(Duration.ofSeconds(-1))).isInstanceOf(IllegalArgumentException.class);
    }

    private void ran(String what) {
        ran.add(what + " at " + Duration.ofNanos(loop.time().nanos() - start).toMillis());
    }
}
