package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CompletedJobsTest {

    private final Finished done = finished(10);

    private static Finished finished(int bytes) {
        return new Finished(Outcome.success("x"), 1, bytes);
    }

    /** Nothing here answers, so the job needs nothing to answer with. */
    @SuppressWarnings("NullAway")
    private static Job job(Request request) {
        return new Job(request, null, false, null, null, null, null);
    }

    private static Job job() {
        return job(TestAgent.request("/a/b", null));
    }

    @Test
    void aTokenIsNewOnceUntilItIsForgotten() {
        CompletedJobs completed = new CompletedJobs(10, 1_000);
        Request request = TestAgent.request("/a/b", null);
        Job first = job(request);
        assertThat(completed.begin(first)).isNull();
        assertThat(completed.begin(job(request))).isSameAs(first);
        completed.forget(first);
        Job second = job(request);
        assertThat(completed.begin(second)).isNull();
        completed.end(second, done);
        assertThat(completed.begin(job(request))).isSameAs(done);
    }

    @Test
    void forgettingADuplicateDoesNotForgetTheJobThatRuns() {
        CompletedJobs completed = new CompletedJobs(10, 1_000);
        Request request = TestAgent.request("/a/b", null);
        Job first = job(request);
        completed.begin(first);
        completed.forget(job(request));
        assertThat(completed.begin(job(request))).isSameAs(first);
    }

    @Test
    void noMoreAreRememberedThanSoMany() {
        CompletedJobs completed = new CompletedJobs(3, 1_000);
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Job job = job();
            jobs.add(job);
            completed.begin(job);
            completed.end(job, done);
        }
        assertThat(completed.size()).isEqualTo(3);
        assertThat(completed.begin(jobs.get(9))).isSameAs(done);
        assertThat(completed.begin(jobs.get(0))).isNull();
    }

    @Test
    void noMoreBytesAreRememberedThanSoMany() {
        CompletedJobs completed = new CompletedJobs(100, 100);
        Job small = job();
        completed.begin(small);
        completed.end(small, done);
        Job large = job();
        completed.begin(large);
        completed.end(large, finished(95));
        assertThat(completed.begin(small)).isNull();
        assertThat(completed.begin(large)).isNotNull();
        Job tooLarge = job();
        completed.begin(tooLarge);
        completed.end(tooLarge, finished(101));
        assertThat(completed.begin(tooLarge)).isNull();
        assertThat(completed.begin(large)).isNotNull();
    }

    @Test
    void whatWasAskedForIsRememberedLonger() {
        CompletedJobs completed = new CompletedJobs(2, 1_000);
        Job asked = job();
        Job other = job();
        Job third = job();
        completed.begin(asked);
        completed.end(asked, done);
        completed.begin(other);
        completed.end(other, finished(1));
        assertThat(completed.begin(asked)).isSameAs(done);
        completed.begin(third);
        completed.end(third, finished(1));
        assertThat(completed.begin(asked)).isSameAs(done);
        assertThat(completed.begin(other)).isNull();
    }
}
