package io.nanite.admin;

import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpStatus;
import io.javalin.http.SameSite;
import io.nanite.core.Secret;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Printable;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Lets in who has the link, or has logged in, or whom the application around it knows; and nobody else. Any thread.
 *
 * <p>The link is exchanged for a cookie, so that it does not stay in the address bar; programs send its token as {@code
 * Authorization: Bearer}. What changes something needs a second token, which a page of a stranger cannot read. A name that is not
 * this machine's own is not answered to: a stranger may have had it point here.
 */
final class Door {

    private static final String BEARER = "Bearer ";
    private static final String VISITOR = "visitor";

    static final String CSRF_HEADER = "X-CSRF-Token";
    static final String LOGIN = Api.V1 + "/login";
    static final String LOGOUT = Api.V1 + "/logout";

    /** The page with the form. */
    private static final String LOGIN_PAGE = "/login";

    private static final String ASSETS = "/assets/";

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
    private static final Set<String> OPEN = Set.of("/health/live", "/health/ready");

    /** Everything that decides, besides the link. */
    record Rules(
            boolean readOnly,
            boolean users,
            boolean tls,
            Hosts hosts,
            @Nullable TowerGuard guard) {}

    private final Secret token;
    private final Secret session;
    private final Secret csrf;
    private final Rules rules;
    private final Sessions sessions;
    private final AuditTrail audit;
    private final TimeSource time;

    Door(SecureRandom random, Rules rules, Sessions sessions, AuditTrail audit, TimeSource time) {
        token = Sessions.secret(random);
        session = Sessions.secret(random);
        csrf = Sessions.secret(random);
        this.rules = rules;
        this.sessions = sessions;
        this.audit = audit;
        this.time = time;
    }

    /** What is behind {@code ?token=} in the link. */
    Secret token() {
        return token;
    }

    boolean readOnly() {
        return rules.readOnly();
    }

    /** Whether people log in with a name. */
    boolean hasUsers() {
        return rules.users();
    }

    /** In front of everything; throws {@link ProblemException} for who may not. */
    void before(Context http) {
        HEADERS.forEach(http::header);
        if (rules.tls()) {
            http.header("Strict-Transport-Security", "max-age=31536000");
        }
        if (rules.guard() == null) {
            rules.hosts().check(http);
        }
        if (isOpen(http)) {
            return;
        }
        if (rules.guard() == null && http.queryParam("token") != null) {
            enter(http, String.valueOf(http.queryParam("token")));
            return;
        }
        boolean program = isProgram(http);
        Optional<Visitor> visitor = program ? Optional.of(owner()) : visitorOf(http);
        if (visitor.isEmpty()) {
            stranger(http);
            return;
        }
        http.attribute(VISITOR, limited(visitor.get()));
        if (isSafe(http)) {
            return;
        }
        if (!program) {
            checkOrigin(http, visitor.get());
        }
        if (rules.readOnly() && !path(http).equals(LOGOUT)) {
            throw new ProblemException(
                    403,
                    "%s: not done (expected: only looking; it was started with --read-only)".formatted(http.method()));
        }
    }

    private boolean isOpen(Context http) {
        String path = path(http);
        if (OPEN.contains(path) || (isSafe(http) && path.startsWith(ASSETS))) {
            return true;
        }
        if (!rules.users()) {
            return false;
        }
        if (path.equals(LOGIN)) {
            checkOrigin(http);
            return true;
        }
        return isSafe(http) && path.equals(LOGIN_PAGE) && http.queryParam("token") == null;
    }

    /** The path below the tower's base. */
    private static String path(Context http) {
        return Base.below(http);
    }

    private boolean isProgram(Context http) {
        @Nullable String authorization = http.header("Authorization");
        return rules.guard() == null
                && authorization != null
                && authorization.startsWith(BEARER)
                && same(token, authorization.substring(BEARER.length()));
    }

    private Visitor owner() {
        return new Visitor(null, Role.ADMIN, csrf);
    }

    private Optional<Visitor> visitorOf(Context http) {
        TowerGuard guard = rules.guard();
        if (guard != null) {
            return guard.role(http.req())
                    .map(role -> new Visitor(guard.user(http.req()).orElse(null), role, csrf));
        }
        @Nullable String cookie = cookie(http);
        return same(session, cookie) ? Optional.of(owner()) : sessions.find(cookie);
    }

    /** Says from now on whether who asks this may go on having it: a stream outlives what let it in. Any thread. */
    BooleanSupplier stays(Context http) {
        if (rules.guard() != null || visitor(http).user() == null) {
            return () -> true;
        }
        @Nullable String cookie = cookie(http);
        return () -> sessions.isOpen(cookie);
    }

    private Visitor limited(Visitor visitor) {
        return rules.readOnly() ? new Visitor(visitor.user(), Role.VIEWER, visitor.csrf()) : visitor;
    }

    /** Who wants to see a page is shown where to log in. */
    private void stranger(Context http) {
        @Nullable String accept = http.header("Accept");
        if (rules.users() && isSafe(http) && accept != null && accept.contains("text/html")) {
            http.redirect(Base.of(http) + LOGIN_PAGE, HttpStatus.SEE_OTHER);
            http.skipRemainingHandlers();
            return;
        }
        throw new ProblemException(
                401,
                rules.guard() != null
                        ? "not known here (expected: somebody whom the application lets in)"
                        : "not known here (expected: the link that was printed at the start%s)"
                                .formatted(rules.users() ? ", or a login" : ""));
    }

    /** In front of each thing that can be asked for; throws {@link ProblemException} for who may not have it. */
    void require(Context http, Role role) {
        if (OPEN.contains(path(http)) || path(http).equals(LOGIN)) {
            return;
        }
        Visitor visitor = visitor(http);
        if (!visitor.role().allows(role)) {
            throw new ProblemException(
                    403, "role: %s (expected: %s)".formatted(visitor.role().word(), role.word()));
        }
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
            @Nullable Visitor visitor = http.attribute(VISITOR);
            audit.add(new Answers.AuditLine(
                    time.now().truncatedTo(ChronoUnit.MILLIS),
                    http.ip(),
                    visitor == null ? null : visitor.user(),
                    http.method().name(),
                    Printable.of(http.path()),
                    http.attribute("what"),
                    http.statusCode()));
        }
    }

    /** What {@link #after} shall say of this action. */
    static void note(Context http, String what) {
        http.attribute("what", Printable.of(what));
    }

    private void enter(Context http, String given) {
        if (!http.method().equals(HandlerType.GET) || !path(http).equals("/") || !same(token, given)) {
            throw new ProblemException(
                    401, "token: not the one of this link (expected: the link that was printed last)");
        }
        give(http, session);
        http.redirect(Base.of(http) + "/", HttpStatus.SEE_OTHER);
        http.skipRemainingHandlers();
    }

    /** Has the browser hold a session. */
    void give(Context http, Secret key) {
        http.cookie(new Cookie(
                cookieName(http), key.value(), Base.of(http) + "/", -1, rules.tls(), true, null, SameSite.STRICT));
    }

    /** Has the browser forget its session. */
    void take(Context http) {
        http.cookie(new Cookie(cookieName(http), "", Base.of(http) + "/", 0, rules.tls(), true, null, SameSite.STRICT));
    }

    /** What the browser holds, if anything. */
    @Nullable
    String cookie(Context http) {
        return http.cookie(cookieName(http));
    }

    private void checkOrigin(Context http) {
        @Nullable String origin = http.header("Origin");
        if (origin != null && !isOwn(http, origin)) {
            throw new ProblemException(403, "Origin: %s (expected: a page from here)".formatted(Printable.of(origin)));
        }
    }

    private boolean isOwn(Context http, String origin) {
        return rules.guard() == null ? rules.hosts().isOwn(http, origin) : isOfThisHost(http, origin);
    }

    /** The application has decided which names are its own. */
    private static boolean isOfThisHost(Context http, String origin) {
        try {
            @Nullable String authority = URI.create(origin).getAuthority();
            return authority != null && authority.equalsIgnoreCase(http.header("Host"));
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void checkOrigin(Context http, Visitor visitor) {
        checkOrigin(http);
        if (!same(visitor.csrf(), http.header(CSRF_HEADER))) {
            throw new ProblemException(
                    403, "%s: missing or wrong (expected: what /api/v1/session says)".formatted(CSRF_HEADER));
        }
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
