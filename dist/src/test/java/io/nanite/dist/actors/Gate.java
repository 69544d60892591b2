package io.nanite.dist.actors;

import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Begins when it is called, and ends when a file is there. */
@Actor
public final class Gate {

    private static final long LOOK_AGAIN = TimeUnit.MILLISECONDS.toNanos(10);

    /** Writes {@code begun} into the folder, waits for {@code end} to be there, writes {@code ended}. */
    @Expose
    public String pass(String folder) throws IOException {
        Path gate = Path.of(folder);
        Files.createFile(gate.resolve("begun"));
        while (!Files.exists(gate.resolve("end"))) {
            LockSupport.parkNanos(LOOK_AGAIN);
        }
        Files.createFile(gate.resolve("ended"));
        return "passed";
    }

    /** Writes the text into that file of the folder. */
    @Expose
    public void note(Note note) throws IOException {
        Path unfinished = Path.of(note.folder(), "unfinished");
        Files.writeString(unfinished, note.text());
        Files.move(unfinished, Path.of(note.folder(), "note"));
    }

    /** What to note, and where. */
    public record Note(String folder, String text) {}
}
