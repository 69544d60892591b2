package io.nanite.admin;

import io.nanite.core.Secret;
import io.nanite.core.loop.TimeSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who has logged in. A session ends when nothing was asked for in half an hour, and after twelve hours in any case; when its user is
 * no more as he was when he logged in; of too many, the one that was idle for longest. What a browser holds is kept as a hash: what is looked up is nothing that somebody can guess his
 * way to. Guarded by itself.
 */
final class Sessions {

    static final Duration IDLE = Duration.ofMinutes(30);
    static final Duration LONGEST = Duration.ofHours(12);
    static final int MOST = 1000;

    private static final int SECRET_BYTES = 32;

    private final SecureRandom random;
    private final TimeSource time;
    private final Supplier<List<TowerUser>> users;

    // Guarded by this; the one that was idle for longest first.
    private final Map<String, Session> sessions = new LinkedHashMap<>(16, 0.75f, true);

    private static final class Session {

        final TowerUser user;
        final Secret csrf;
        final long began;
        private long asked;

        Session(TowerUser user, Secret csrf, long now) {
            this.user = user;
            this.csrf = csrf;
            began = now;
            asked = now;
        }
    }

    /** {@code users} are those that there are now. */
    Sessions(SecureRandom random, TimeSource time, Supplier<List<TowerUser>> users) {
        this.random = random;
        this.time = time;
        this.users = users;
    }

    /** A new secret of 256 random bits. */
    static Secret secret(SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return new Secret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Begins one; returns what the browser shall hold. */
    synchronized Secret begin(TowerUser user) {
        long now = time.nanos();
        sessions.values().removeIf(session -> isOver(session, now));
        if (sessions.size() >= MOST) {
            sessions.remove(sessions.keySet().iterator().next());
        }
        Secret key = secret(random);
        sessions.put(hash(key.value()), new Session(user, secret(random), now));
        return key;
    }

    /** Whose it is, if it has not ended; that it was asked for counts. */
    Optional<Visitor> find(@Nullable String key) {
        return key == null ? Optional.empty() : find(hash(key), users.get());
    }

    private synchronized Optional<Visitor> find(String hash, List<TowerUser> known) {
        Session session = sessions.get(hash);
        long now = time.nanos();
        if (session == null) {
            return Optional.empty();
        }
        if (isOver(session, now) || !known.contains(session.user)) {
            sessions.remove(hash);
            return Optional.empty();
        }
        session.asked = now;
        return Optional.of(new Visitor(session.user.name(), session.user.role(), session.csrf));
    }

    /** Whether it has not ended. That this was asked does not count. */
    boolean isOpen(@Nullable String key) {
        return key != null && isOpen(hash(key), users.get());
    }

    private synchronized boolean isOpen(String hash, List<TowerUser> known) {
        Session session = sessions.get(hash);
        return session != null && !isOver(session, time.nanos()) && known.contains(session.user);
    }

    synchronized void end(@Nullable String key) {
        if (key != null) {
            sessions.remove(hash(key));
        }
    }

    synchronized int size() {
        return sessions.size();
    }

    private static boolean isOver(Session session, long now) {
        return now - session.asked > TimeUnit.NANOSECONDS.convert(IDLE)
                || now - session.began > TimeUnit.NANOSECONDS.convert(LONGEST);
    }

    private static String hash(String key) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: not in this Java", e);
        }
    }
}
