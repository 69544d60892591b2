package io.nanite.secure;

import io.nanite.core.packet.Identity;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;

/** A member's certificate, and what the authority says of it. */
public record IssuedCertificate(Identity identity, X509Certificate certificate, boolean revoked, Path file) {

    /** What there is to say about its time. */
    public enum State {
        GOOD,
        /** It ends within 30 days. */
        ENDS_SOON,
        NOT_YET,
        EXPIRED,
        REVOKED
    }

    /** Before the end of a certificate its owner is told at 30, 7 and 1 days. */
    public static final Duration SOON = Duration.ofDays(30);

    /** Its number, as people write it. */
    public String serial() {
        return CertificateFolder.serial(certificate);
    }

    boolean isGood(Instant now) {
        return state(now) == State.GOOD || state(now) == State.ENDS_SOON;
    }

    public State state(Instant now) {
        if (revoked) {
            return State.REVOKED;
        }
        Instant end = certificate.getNotAfter().toInstant();
        if (now.isAfter(end)) {
            return State.EXPIRED;
        }
        if (now.isBefore(certificate.getNotBefore().toInstant())) {
            return State.NOT_YET;
        }
        return now.plus(SOON).isAfter(end) ? State.ENDS_SOON : State.GOOD;
    }
}
