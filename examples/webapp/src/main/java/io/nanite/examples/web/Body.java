package io.nanite.examples.web;

import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.function.Consumer;

/** The body of a request, read as it comes: no thread waits for a slow client. */
final class Body implements ReadListener {

    static final int LONGEST = 1024 * 1024;

    private final ServletInputStream in;
    private final Consumer<byte[]> onRead;
    private final Consumer<Problem> onProblem;
    private final ByteArrayOutputStream read = new ByteArrayOutputStream();
    private final byte[] buffer = new byte[4096];
    private boolean tooLong;

    /** One of the two is called, once, on a thread of the container. */
    Body(ServletInputStream in, Consumer<byte[]> onRead, Consumer<Problem> onProblem) {
        this.in = in;
        this.onRead = onRead;
        this.onProblem = onProblem;
    }

    @Override
    public void onDataAvailable() throws IOException {
        while (!tooLong && in.isReady()) {
            int count = in.read(buffer);
            if (count < 0) {
                return;
            }
            read.write(buffer, 0, count);
            if (read.size() > LONGEST) {
                tooLong = true;
                onProblem.accept(new Problem(
                        413, "TooLong", "body: more than %d bytes (expected: at most that)".formatted(LONGEST)));
            }
        }
    }

    @Override
    public void onAllDataRead() {
        if (!tooLong) {
            onRead.accept(read.toByteArray());
        }
    }

    @Override
    public void onError(Throwable cause) {
        onProblem.accept(Problem.badInput("body: not read to its end"));
    }
}
