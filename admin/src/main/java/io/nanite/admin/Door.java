package io.nanite.admin;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.http.SameSite;
import io.nanite.core.Secret;
import io.nanite.core.packet.Printable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets in who has the link, and nobody else. Any thread.
 *
 * <p>The link is exchanged for a cookie, so that it does not stay in the address bar; programs send its token as {@code
 * Authorization: Bearer}. What changes something needs a second token, which a page of a stranger cannot read. A name that is not
 * this machine's own is not answered to: a stranger may have had it point here.
 */
final class Door {

    private static final Logger AUDIT = LoggerFactory.getLogger("io.nanite.admin.audit");

    private static final int SECRET_BYTES = 32;
    private static final String BEARER = "Bearer ";

    private static final String VISITOR = "visitor";

    static final String CSRF_HEADER = "X-CSRF-Token";

    /** What each answer carries. Nothing of a page may come from elsewhere, and nothing may be written inside it. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
                    + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options",
            "nosniff",
            "X-Frame-Options",
            "DENY",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin",
            "Cross-Origin-Resource-Policy",
            "same-origin",
            "Cache-Control",
            "no-store");

    /** What a machine that looks after processes asks; it says nothing of the fabric. */
    private static final Set<String> OPEN = Set.of("/health/live", "/health/ready", "/login");

    private final Secret token;
    private final Secret session;
    private final Secret csrf;
    private final boolean readOnly;

    Door(SecureRandom random, boolean readOnly) {
        token = secret(random);
        session = secret(random);
        csrf = secret(random);
        this.readOnly = readOnly;
    }

    private static Secret secret(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** What is behind {@code ?token=} in the link. */
    Secret token() {
        return token;
    }

    /** What {@value #CSRF_HEADER} must say. */
    Secret csrf() {
        return csrf;
    }

    boolean readOnly() {
        return readOnly;
    }

    /** In front of everything; throws {@link ProblemException} for who may not. */
    void before(Context http) {
        HEADERS.forEach(http::header);
        checkHost(http);
        if (isOpen(http)) {
            return;
        }
        @Nullable String given = http.queryParam("token");
        if (given != null) {
            enter(http, given);
            return;
        }
        @Nullable String authorization = http.header("Authorization");
        boolean program = authorization != null
                && authorization.startsWith(BEARER)
                && same(token, authorization.substring(BEARER.length()));
        if (!program && !same(session, http.cookie(cookieName(http)))) {
            throw new ProblemException(401, "not known here (expected: the link that was printed at the start)");
        }
        http.attribute(VISITOR, new Visitor(null, readOnly ? Role.VIEWER : Role.ADMIN, csrf));
        if (isSafe(http)) {
            return;
        }
        if (!program) {
            checkOrigin(http);
        }
        if (readOnly) {
            throw new ProblemException(
                    403,
                    "%s: not done (expected: only looking; it was started with --read-only)".formatted(http.method()));
        }
    }

    /** In front of each thing that can be asked for; throws {@link ProblemException} for who may not have it. */
    void require(Context http, Role role) {
        if (!isOpen(http)) {
            Visitor visitor = visitor(http);
            if (!visitor.role().allows(role)) {
                throw new ProblemException(
                        403, "role: %s (expected: %s)".formatted(visitor.role().word(), role.word()));
            }
        }
    }

    /** What says nothing of the fabric; the files of the pages are the same for everybody. */
    private static boolean isOpen(Context http) {
        String path = http.path().substring(Base.of(http).length());
        return OPEN.contains(path) || path.startsWith("/assets/");
    }

    /** Who asks; for what is behind {@link #before}. */
    static Visitor visitor(Context http) {
        Visitor visitor = http.attribute(VISITOR);
        if (visitor == null) {
            throw new ProblemException(401, "not known here");
        }
        return visitor;
    }

    /** Behind everything: says who has done what. */
    void after(Context http) {
        if (!isSafe(http)) {
            @Nullable String what = http.attribute("what");
            AUDIT.info(
                    "{} {} {} {}: {}",
                    http.ip(),
                    http.method(),
                    Printable.of(http.path()),
                    what == null ? "-" : Printable.of(what),
                    http.statusCode());
        }
    }

    /** What {@link #after} shall say of this action. */
    static void note(Context http, String what) {
        http.attribute("what", what);
    }

    private void enter(Context http, String given) {
        if (!http.method().equals(HandlerType.GET) || !http.path().equals("/") || !same(token, given)) {
            throw new ProblemException(
                    401, "token: not the one of this link (expected: the link that was printed last)");
        }
        http.cookie(new Cookie(cookieName(http), session.value(), "/", -1, false, true, null, SameSite.STRICT));
        http.redirect("/", HttpStatus.SEE_OTHER);
        http.skipRemainingHandlers();
    }

    private static void checkHost(Context http) {
        @Nullable String host = http.header("Host");
        Set<String> own = own(http);
        if (host == null || !own.contains(host.toLowerCase(Locale.ROOT))) {
            throw new ProblemException(
                    421, "Host: %s (expected: one of %s)".formatted(host == null ? "none" : Printable.of(host), own));
        }
    }

    private void checkOrigin(Context http) {
        @Nullable String origin = http.header("Origin");
        if (origin != null && !own(http).contains(authority(origin))) {
            throw new ProblemException(403, "Origin: %s (expected: a page from here)".formatted(Printable.of(origin)));
        }
        if (!same(csrf, http.header(CSRF_HEADER))) {
            throw new ProblemException(
                    403, "%s: missing or wrong (expected: what /api/v1/session says)".formatted(CSRF_HEADER));
        }
    }

    /** {@code host:port}; empty for what is none, or not of this scheme. */
    private static String authority(String origin) {
        try {
            URI uri = URI.create(origin);
            @Nullable String authority = uri.getAuthority();
            return "http".equals(uri.getScheme()) && authority != null ? authority : "";
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** The names of this machine for itself, with the port that was asked. */
    private static Set<String> own(Context http) {
        int port = http.req().getLocalPort();
        Set<String> own = new TreeSet<>();
        for (String name : Set.of("127.0.0.1", "localhost", "[::1]")) {
            own.add(name + ":" + port);
            if (port == 80) {
                own.add(name);
            }
        }
        return own;
    }

    /** Browsers send a cookie to all ports of a machine. */
    private static String cookieName(Context http) {
        return "nanite-tower-" + http.req().getLocalPort();
    }

    private static boolean isSafe(Context http) {
        return http.method().equals(HandlerType.GET) || http.method().equals(HandlerType.HEAD);
    }

    /** Takes the same time wherever they differ. */
    private static boolean same(Secret secret, @Nullable String given) {
        return given != null
                && MessageDigest.isEqual(
                        secret.value().getBytes(StandardCharsets.UTF_8), given.getBytes(StandardCharsets.UTF_8));
    }
}
