package io.nanite.examples.web;

import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * What one client is told: one document, or a stream of Server-Sent Events. Any thread may tell it something and none
 * waits for the client: what cannot be written yet waits in a queue with a bound, and threads of the container write it
 * when the client takes it.
 *
 * @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-Sent Events</a>
 */
final class Reply implements WriteListener, AsyncListener {

    /** Who reads more slowly than that misses some of the news, never the end. */
    private static final int MOST_WAITING = 256;

    private static final byte[] SIGN_OF_LIFE = ":\n\n".getBytes(StandardCharsets.US_ASCII);

    private final AsyncContext context;
    private final HttpServletResponse response;

    // All guarded by this.
    private final Deque<byte[]> waiting = new ArrayDeque<>();
    private Runnable onGone = () -> {};
    private boolean begun;
    private boolean writing;
    private boolean unflushed;
    private boolean last;
    private boolean over;
    private int skipped;

    Reply(AsyncContext context) {
        this.context = context;
        response = (HttpServletResponse) context.getResponse();
        context.addListener(this);
    }

    /** The answer as one document, and the end. */
    void json(Object value) {
        document(200, "application/json", Json.write(value));
    }

    /** Why there is none, and the end; in a stream as its last event. */
    void problem(Problem problem) {
        byte[] json = problem.json();
        boolean streaming;
        synchronized (this) {
            streaming = begun;
        }
        if (streaming) {
            last("problem", json);
        } else {
            document(problem.status(), Problem.CONTENT_TYPE, json);
        }
    }

    private void document(int status, String type, byte[] body) {
        synchronized (this) {
            if (begun || over) {
                return;
            }
            begun = true;
            last = true;
            writing = true;
            waiting.add(body);
        }
        onContainerThread(() -> {
            response.setStatus(status);
            response.setContentType(type);
            response.setContentLength(body.length);
            if (status == HttpServletResponse.SC_REQUEST_ENTITY_TOO_LARGE) {
                // The rest of the body is not read, so the connection ends: its client must not send more on it.
                response.setHeader("Connection", "close");
            }
            out().setWriteListener(this);
        });
    }

    /** Begins a stream. On a thread of the container. {@code whenGone} runs if the client leaves before the end. */
    void stream(Runnable whenGone) {
        synchronized (this) {
            begun = true;
            writing = true;
            onGone = whenGone;
        }
        response.setContentType(Call.EVENTS);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader("Cache-Control", "no-store");
        try {
            out().setWriteListener(this);
        } catch (IOException e) {
            gone();
        }
    }

    /** News for the stream. */
    void event(String name, Object data) {
        add(event(name, Json.write(data)), false);
    }

    /** The end of the stream. */
    void last(String name, byte[] json) {
        add(event(name, json), true);
    }

    /** Writes something that readers ignore if there is nothing else to write, to find out whether there are any. */
    void beat() {
        synchronized (this) {
            if (writing) {
                return;
            }
        }
        add(SIGN_OF_LIFE, false);
    }

    private static byte[] event(String name, byte[] json) {
        return "event: %s\ndata: %s\n\n"
                .formatted(name, new String(json, StandardCharsets.UTF_8))
                .getBytes(StandardCharsets.UTF_8);
    }

    private void add(byte[] event, boolean end) {
        synchronized (this) {
            if (last || over) {
                return;
            }
            if (!end && waiting.size() >= MOST_WAITING) {
                skipped++;
                return;
            }
            if (end && skipped > 0) {
                waiting.add(event("skipped", Json.write(skipped)));
            }
            waiting.add(event);
            last = end;
            if (writing) {
                return;
            }
            writing = true;
        }
        onContainerThread(this::write);
    }

    /** A part of the work that may fail because the client has gone. */
    private interface Part {
        void run() throws IOException;
    }

    private void onContainerThread(Part part) {
        try {
            context.start(() -> {
                try {
                    part.run();
                } catch (IOException | IllegalStateException e) {
                    gone();
                }
            });
        } catch (IllegalStateException | RejectedExecutionException e) {
            gone(); // the container has ended this exchange already, or is about to end itself
        }
    }

    private ServletOutputStream out() throws IOException {
        return response.getOutputStream();
    }

    @Override
    public void onWritePossible() throws IOException {
        write();
    }

    /** Writes until there is nothing left, or the client does not take more: then the container calls again when it does. */
    private void write() throws IOException {
        ServletOutputStream out = out();
        while (out.isReady()) {
            byte[] next;
            boolean flush = false;
            synchronized (this) {
                if (over) {
                    return;
                }
                next = waiting.poll();
                if (next == null && last) {
                    over = true;
                } else if (next == null && unflushed) {
                    flush = true;
                    unflushed = false;
                } else if (next == null) {
                    writing = false;
                    return;
                } else {
                    unflushed = true;
                }
            }
            if (next != null) {
                out.write(next);
            } else if (flush) {
                out.flush();
            } else {
                context.complete();
                return;
            }
        }
    }

    private void gone() {
        Runnable told;
        synchronized (this) {
            if (over) {
                return;
            }
            over = true;
            waiting.clear();
            told = onGone;
        }
        told.run();
        try {
            context.complete();
        } catch (IllegalStateException e) {
            // The container was quicker.
        }
    }

    @Override
    public void onError(Throwable cause) {
        gone();
    }

    @Override
    public void onError(AsyncEvent event) {
        gone();
    }

    /** Neither the agent's deadline nor the container's own limits have ended this before. */
    @Override
    public void onTimeout(AsyncEvent event) {
        synchronized (this) {
            if (!begun) {
                response.setStatus(HttpServletResponse.SC_REQUEST_TIMEOUT);
            }
        }
        gone();
    }

    @Override
    public void onComplete(@Nullable AsyncEvent event) {
        // What there is to do was done when it was completed.
    }

    @Override
    public void onStartAsync(@Nullable AsyncEvent event) {
        // An exchange starts once.
    }
}
