package io.nanite.admin;

import io.javalin.http.Context;
import io.nanite.core.packet.Printable;
import java.net.URI;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The names that a tower answers to. A stranger may have his own point here, so that a page of his is let in. Any thread. */
final class Hosts {

    private static final Set<String> LOCAL = Set.of("127.0.0.1", "localhost", "[::1]");

    private final Set<String> named;
    private final boolean tls;

    /** {@code named} are further names, with a port or without. */
    Hosts(Set<String> named, boolean tls) {
        Set<String> lower = new TreeSet<>();
        named.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
        this.named = lower;
        this.tls = tls;
    }

    /** Throws {@link ProblemException} for any other. */
    void check(Context http) {
        @Nullable String host = http.header("Host");
        Set<String> own = own(http);
        if (host == null || !own.contains(host.toLowerCase(Locale.ROOT))) {
            throw new ProblemException(
                    421, "Host: %s (expected: one of %s)".formatted(host == null ? "none" : Printable.of(host), own));
        }
    }

    /** Whether a page with this origin is one of ours. */
    boolean isOwn(Context http, String origin) {
        try {
            URI uri = URI.create(origin);
            @Nullable String authority = uri.getAuthority();
            if (authority == null || uri.getScheme() == null) {
                return false;
            }
            String name = authority.toLowerCase(Locale.ROOT);
            if (uri.getScheme().equals(tls ? "https" : "http")) {
                return own(http).contains(name);
            }
            // Somebody in front of us may speak TLS for us, under a name that we were told.
            return uri.getScheme().equals("https") && named.contains(name);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private Set<String> own(Context http) {
        int port = http.req().getLocalPort();
        Set<String> own = new TreeSet<>(named);
        Set<String> names = new TreeSet<>(LOCAL);
        names.addAll(named);
        for (String name : names) {
            own.add(name + ":" + port);
            if (port == (tls ? 443 : 80)) {
                own.add(name);
            }
        }
        return own;
    }
}
