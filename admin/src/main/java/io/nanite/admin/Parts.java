package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.mapper.CallOptions;
import java.time.Duration;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Parts of what is asked for, taken apart; each throws {@link ProblemException} for what it is not. */
final class Parts {

    private Parts() {}

    static Service service(@Nullable String path) {
        if (path == null) {
            throw new ProblemException(400, "service: none (expected: /prefix/method)");
        }
        return parsed(() -> Service.parse(path));
    }

    static Token token(Context http) {
        return token(http.pathParam("token"));
    }

    static Token token(String token) {
        return parsed(() -> new Token(token));
    }

    static Identity agent(String name) {
        return parsed(() -> Identity.agent(name));
    }

    static <T> T parsed(Supplier<T> parse) {
        try {
            return parse.get();
        } catch (IllegalArgumentException e) {
            throw new ProblemException(400, String.valueOf(e.getMessage()));
        }
    }

    static CallOptions options(Answers.Send asked) {
        CallOptions options = CallOptions.DEFAULT;
        try {
            if (asked.selector() != null) {
                options = options.withSelector(asked.selector());
            }
            if (asked.target() != null) {
                options = options.withTarget(Identity.agent(asked.target()));
            }
            if (asked.tags() != null) {
                options = options.withTags(Set.copyOf(asked.tags()));
            }
            if (asked.timeoutMillis() != null) {
                options = options.withTimeout(Duration.ofMillis(asked.timeoutMillis()));
            }
            if (asked.persistent() != null) {
                options = options.withPersistent(asked.persistent());
            }
            if (asked.offline() != null) {
                options = options.withOfflineFailsafe(asked.offline());
            }
            return options;
        } catch (IllegalArgumentException e) {
            throw new ProblemException(400, String.valueOf(e.getMessage()));
        } catch (NullPointerException e) {
            throw new ProblemException(400, "tags: one is null (expected: texts)");
        }
    }
}
