package io.nanite.faulttest;

import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What an agent should not be asked for. It is loaded from a jar by the command, in a process of its own. */
@Actor("hazard")
public final class Hazard {

    private static final int CHUNK = 4 << 20;
    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(5);

    /** Which job, and the folder for the notes that outlive the process. */
    public record Work(String folder, int id) {

        /** Notes that it has begun. */
        void begun() throws IOException {
            note("begun");
        }

        private void note(String file) throws IOException {
            Files.write(
                    Path.of(folder, file),
                    (id + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        }
    }

    @Expose
    public int echo(int payload) {
        return payload;
    }

    /** Ends when there is a file called end; returns the process that it ended in. */
    @Expose
    public long hold(Work work) throws IOException, InterruptedException {
        work.begun();
        while (!Files.exists(Path.of(work.folder(), "end"))) {
            LockSupport.parkNanos(LOOK_AGAIN);
            if (Thread.interrupted()) {
                throw new InterruptedException("told to end");
            }
        }
        work.note("ended");
        return ProcessHandle.current().pid();
    }

    /** Takes so many milliseconds. */
    @Expose
    public int nap(int millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
        return millis;
    }

    @Expose
    public int length(String payload) {
        return payload.length();
    }

    @Expose
    public int fail(Work work) throws IOException {
        work.begun();
        throw new IllegalStateException("as always");
    }

    @Expose
    public int deep(int depth) {
        return depth < 0 ? depth : deep(depth + 1) + 1;
    }

    /** Takes all the memory there is, unless it is tried again. */
    @Expose
    public int memory(Work work, ActorContext job) throws IOException {
        work.begun();
        if (job.attempt() > 1) {
            return job.attempt();
        }
        List<byte[]> taken = new ArrayList<>();
        while (taken.size() < Integer.MAX_VALUE) {
            taken.add(new byte[CHUNK]);
        }
        return taken.size();
    }

    /** Quick, but for number 13: that kills the process. */
    @Expose
    public int deadly(Work work) throws IOException {
        if (work.id() == 13) {
            work.begun();
            Runtime.getRuntime().halt(9);
        }
        return work.id();
    }

    /** Notes that it was done; number 32 kills the process, the first time. */
    @Expose
    public int once(Work work) throws IOException {
        work.begun();
        if (work.id() == 32) {
            try {
                Files.createFile(Path.of(work.folder(), "killed"));
                Runtime.getRuntime().halt(9);
            } catch (FileAlreadyExistsException e) {
                return work.id();
            }
        }
        return work.id();
    }
}
