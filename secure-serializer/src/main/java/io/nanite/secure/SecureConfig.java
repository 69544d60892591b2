package io.nanite.secure;

import io.nanite.core.ConfigException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a member of an application holds envelopes to.
 *
 * @param application the name that all certificates of the application carry
 * @param authorities the application's own certificates of authority; two while one follows the other
 * @param sealsPresence whether registrations, pings and cancellations are encrypted too, for the mappers that are known;
 *     all members must agree
 * @param carriesCertificates whether what is signed carries the certificate of its signer, for readers that learn it from there
 * @param lifetime how long work without a deadline, and answers, may rest in a queue; 1 s to 30 days
 * @param presenceLifetime how long a registration or ping counts; 1 s to 10 minutes
 * @param clockSkew how far the clocks of members may be apart; 0 to 5 minutes
 * @param remembered how many envelopes with work, and how many with answers, are remembered so that none is read twice;
 *     1,000 to 10,000,000
 * @param sessions how long keys are used that a mapper and an agent agree on for what they ask and answer; null if they do
 *     not. Members need not agree about it.
 */
public record SecureConfig(
        String application,
        List<X509Certificate> authorities,
        boolean sealsPresence,
        boolean carriesCertificates,
        Duration lifetime,
        Duration presenceLifetime,
        Duration clockSkew,
        int remembered,
        @Nullable SessionLimits sessions) {

    /** Throws {@link ConfigException} if a value is out of its range. */
    public SecureConfig {
        authorities = List.copyOf(authorities);
        if (!Member.isApplication(application)) {
            throw ConfigException.of("application", application, "1 to 64 of A-Z a-z 0-9 . _ -");
        }
        if (authorities.isEmpty()) {
            throw ConfigException.of("authorities", "none", "the application's certificate of authority");
        }
        checkBetween("lifetime", lifetime, Duration.ofSeconds(1), Duration.ofDays(30));
        checkBetween("presence lifetime", presenceLifetime, Duration.ofSeconds(1), Duration.ofMinutes(10));
        checkBetween("clock skew", clockSkew, Duration.ZERO, Duration.ofMinutes(5));
        if (remembered < 1_000 || remembered > 10_000_000) {
            throw ConfigException.of("remembered", remembered, "1000 to 10000000");
        }
    }

    private static void checkBetween(String setting, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw ConfigException.of(setting, value, "%s to %s".formatted(least, most));
        }
    }

    /** Presence only signed, a day for what rests, a minute for presence, half a minute of skew, 200,000 remembered. */
    public static SecureConfig of(String application, List<X509Certificate> authorities) {
        return new SecureConfig(
                application,
                authorities,
                false,
                false,
                Duration.ofDays(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(30),
                200_000,
                null);
    }

    /** The same, but whether presence is encrypted. */
    public SecureConfig withSealsPresence(boolean seals) {
        return new SecureConfig(
                application,
                authorities,
                seals,
                carriesCertificates,
                lifetime,
                presenceLifetime,
                clockSkew,
                remembered,
                sessions);
    }

    /** The same, but whether certificates go along. */
    public SecureConfig withCarriesCertificates(boolean carries) {
        return new SecureConfig(
                application,
                authorities,
                sealsPresence,
                carries,
                lifetime,
                presenceLifetime,
                clockSkew,
                remembered,
                sessions);
    }

    /** The same, with sessions or, for null, without. */
    public SecureConfig withSessions(@Nullable SessionLimits limits) {
        return new SecureConfig(
                application,
                authorities,
                sealsPresence,
                carriesCertificates,
                lifetime,
                presenceLifetime,
                clockSkew,
                remembered,
                limits);
    }
}
