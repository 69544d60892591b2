package io.nanite.admin;

import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One stream of server-sent events to one client. Needs no thread: whoever has an event writes what the socket takes, and
 * the server writes the rest when it takes more. A client that does not read is cut off, so that nobody waits for it.
 */
final class EventStream implements Topic.Subscriber, WriteListener {

    /** A client that has not taken so much is too slow; it may come back and say what it had last. */
    static final int MOST_WAITING_BYTES = 2 << 20;

    private final ServletOutputStream out;
    private final BooleanSupplier stays;
    private final CompletableFuture<Void> end = new CompletableFuture<>();

    // Guarded by this.
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private int waitingBytes;
    private boolean unflushed = true;
    private boolean begun;
    private boolean finishing;

    private EventStream(ServletOutputStream out, BooleanSupplier stays) {
        this.out = out;
        this.stays = stays;
    }

    /** Answers with a stream, until {@code stays} says no; {@code subscribe} is told when it may be fed. */
    static void open(Context http, BooleanSupplier stays, Consumer<EventStream> subscribe, Runnable onEnd) {
        HttpServletRequest request = http.req();
        HttpServletResponse response = http.res();
        http.future(() -> {
            if (!request.isAsyncStarted()) {
                request.startAsync(request, response);
            }
            request.getAsyncContext().setTimeout(0);
            response.setStatus(200);
            response.setContentType("text/event-stream");
            response.setCharacterEncoding("UTF-8");
            try {
                EventStream stream = new EventStream(response.getOutputStream(), stays);
                var unused = stream.end.whenComplete((nothing, error) -> onEnd.run());
                stream.out.setWriteListener(stream);
                subscribe.accept(stream);
                return stream.end;
            } catch (IOException e) {
                onEnd.run();
                return CompletableFuture.failedFuture(e);
            }
        });
    }

    @Override
    public synchronized void offer(byte[] event) {
        if (end.isDone()) {
            return;
        }
        if (!stays.getAsBoolean()) {
            close();
            return;
        }
        // What begins a stream may be more than that: it is there all at once.
        if (waitingBytes + event.length > MOST_WAITING_BYTES && !waiting.isEmpty()) {
            close();
            return;
        }
        waiting.addLast(event);
        waitingBytes += event.length;
        drain();
    }

    @Override
    public synchronized void finish() {
        finishing = true;
        drain();
    }

    @Override
    public boolean isClosed() {
        return end.isDone();
    }

    @Override
    public synchronized void onWritePossible() {
        begun = true;
        drain();
    }

    @Override
    public void onError(Throwable error) {
        close(); // it has gone
    }

    private synchronized void drain() {
        if (!begun || end.isDone()) {
            return;
        }
        try {
            while (out.isReady()) {
                byte[] next = waiting.pollFirst();
                if (next != null) {
                    waitingBytes -= next.length;
                    unflushed = true;
                    out.write(next);
                } else if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else {
                    if (finishing) {
                        close();
                    }
                    return;
                }
            }
        } catch (IOException | IllegalStateException e) {
            close();
        }
    }

    private void close() {
        end.complete(null);
    }
}
