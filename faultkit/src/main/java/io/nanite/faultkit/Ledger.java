package io.nanite.faultkit;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The book of one process of a fault test: a file to which a line is added for everything that happens to a job. A line
 * reaches the system in one piece and outlives a {@code kill -9} of its writer. All processes write into one folder, each its
 * own file, and {@link LedgerReport#of} reads them together. Times are {@link System#nanoTime}, which all processes of a
 * machine share. Safe for use by many threads.
 */
public final class Ledger implements AutoCloseable {

    /** What can be written down. */
    public enum Event {
        /** The caller gave it away. */
        SUBMITTED,
        /** An actor began. */
        STARTED,
        /** An actor came to the end. */
        FINISHED,
        /** The caller has its answer: {@value #OK}, or how it failed. */
        COMPLETED,
        /** This process, by its writer's name, was killed: nobody waits for what it submitted. */
        DIED,
        /** Something was broken on purpose. */
        FAULT
    }

    /** A line. */
    record Entry(long nanos, Event event, String token, String note) {}

    /** The note of a good answer. */
    public static final String OK = "ok";

    private static final String SUFFIX = ".ledger";

    private final OutputStream out;

    private Ledger(OutputStream out) {
        this.out = out;
    }

    /** Begins the book of {@code writer}, which must be the only one of that name, say by the number of its process. */
    public static Ledger open(Path folder, String writer) {
        Path file = folder.resolve(writer + SUFFIX);
        try {
            Files.createFile(file);
            // Not a channel: that would be closed by the interruption of whoever writes.
            return new Ledger(new FileOutputStream(file.toFile(), true));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public void submitted(String token) {
        write(Event.SUBMITTED, token, "");
    }

    public void started(String token) {
        write(Event.STARTED, token, "");
    }

    public void finished(String token) {
        write(Event.FINISHED, token, "");
    }

    /** The caller was told: {@link #OK}, or how it failed. */
    public void completed(String token, String outcome) {
        write(Event.COMPLETED, token, outcome);
    }

    /** The process that wrote under this name was killed. */
    public void died(String writer) {
        write(Event.DIED, writer, "");
    }

    /** Something is broken now. */
    public void fault(String name) {
        write(Event.FAULT, name, "");
    }

    private void write(Event event, String token, String note) {
        String line = System.nanoTime() + "\t" + event + "\t" + plain(token) + "\t" + plain(note) + "\n";
        byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
        synchronized (this) {
            try {
                out.write(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private static String plain(String text) {
        return text.replaceAll("[\\t\\r\\n]", " ");
    }

    /** Reads the books of a folder, writer by writer; what a killed one did not finish writing is left out. */
    static void read(Path folder, Consumer<Book> reader) {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        for (Path file : files) {
            String name = file.getFileName().toString();
            reader.accept(new Book(name.substring(0, name.length() - SUFFIX.length()), file));
        }
    }

    /** What one process has written. */
    record Book(String writer, Path file) {

        private static final int FIELDS = 4;

        void forEach(Consumer<Entry> reader) {
            try (Stream<String> lines = Files.lines(file)) {
                lines.forEach(line -> {
                    String[] fields = line.split("\t", -1);
                    if (fields.length == FIELDS) {
                        reader.accept(
                                new Entry(Long.parseLong(fields[0]), Event.valueOf(fields[1]), fields[2], fields[3]));
                    }
                });
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public synchronized void close() {
        FaultProxy.closeQuietly(out);
    }
}
