package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Printable;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Reads what somebody sends: JSON, of a size and in a time. On the server's threads. */
final class Body {

    static final int MOST_BYTES = 1 << 20;

    private static final Duration MOST_WAIT = Duration.ofSeconds(10);

    private final TimeSource time;

    Body(TimeSource time) {
        this.time = time;
    }

    /** Throws {@link ProblemException} if it is not of this type. */
    <T> T read(Context http, Class<T> type) {
        @Nullable String sent = http.contentType();
        if (sent == null || !sent.split(";", 2)[0].trim().equalsIgnoreCase("application/json")) {
            throw new ProblemException(
                    415,
                    "Content-Type: %s (expected: application/json)"
                            .formatted(sent == null ? "none" : Printable.of(sent)));
        }
        return Json.read(bytes(http), type);
    }

    /** As above; null if nothing is sent. */
    <T> @Nullable T readIfAny(Context http, Class<T> type) {
        boolean nothing = http.req().getContentLengthLong() <= 0 && http.header("Transfer-Encoding") == null;
        return nothing ? null : read(http, type);
    }

    /** One that does not say how long it is may be longer, and one that comes in crumbs would hold a thread. */
    private byte[] bytes(Context http) {
        if (http.req().getContentLengthLong() > MOST_BYTES) {
            throw tooLarge();
        }
        long began = time.nanos();
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        byte[] buffer = new byte[8192];
        try {
            InputStream in = http.req().getInputStream();
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                body.write(buffer, 0, count);
                if (body.size() > MOST_BYTES) {
                    throw tooLarge();
                }
                if (time.nanos() - began > MOST_WAIT.toNanos()) {
                    throw new ProblemException(
                            408, "body: too slow (expected: within %d s)".formatted(MOST_WAIT.toSeconds()));
                }
            }
        } catch (IOException e) {
            throw new ProblemException(400, "body: ended early");
        }
        return body.toByteArray();
    }

    private static ProblemException tooLarge() {
        return new ProblemException(413, "body: too long (expected: at most %d bytes)".formatted(MOST_BYTES));
    }
}
