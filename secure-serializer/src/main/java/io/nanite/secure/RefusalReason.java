package io.nanite.secure;

import java.util.Locale;

/** Why an envelope was refused: for the log and the counts, never for whoever sent it. */
public enum RefusalReason {
    /** More bytes than the limit. */
    TOO_LONG,
    /** Not the structure that it should have. */
    MALFORMED,
    /** An algorithm that is not on the list. */
    ALGORITHM,
    /** Not encrypted for this member, or not signed for it. */
    NOT_FOR_US,
    /** Only signed, where it must be encrypted too. */
    NOT_SEALED,
    /** Something in it was changed, or the key does not fit. */
    TAMPERED,
    /** Of another application. */
    APPLICATION,
    /** No certificate of its sender is known that it was signed with. */
    UNKNOWN_SENDER,
    /** The sender's certificate does not come from the application's authority. */
    AUTHORITY,
    /** The sender's certificate is over. */
    CERTIFICATE_EXPIRED,
    /** The sender's certificate has not begun. */
    CERTIFICATE_EARLY,
    /** The sender's certificate was called back. */
    REVOKED,
    /** The sender's certificate is not for signing. */
    KEY_USAGE,
    /** The packet speaks for somebody else than its signer. */
    IDENTITY,
    /** An agent that speaks as a mapper, or the other way about. */
    ROLE,
    /** Its time is over. */
    EXPIRED,
    /** Signed in the future. */
    EARLY,
    /** Read before, or older than what was read. */
    REPLAY,
    /** Too old to say whether it was read before. */
    FORGOTTEN,
    /** Of a session that is not known, or not any more: it is asked for again. */
    UNKNOWN_SESSION,
    /** What was signed is no packet, or another than its header says. */
    CONTENT;

    /** As it is counted and shown: {@code not_for_us}. */
    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
