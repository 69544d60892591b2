package io.nanite.admin;

import java.util.Locale;

/** What somebody may do; each may do all that those before it may. */
public enum Role {
    /** Looks at everything but the audit. */
    VIEWER,
    /** Sends, cancels, retries, replays, and tells agents to rest. */
    OPERATOR,
    /** Everything: also what cannot be taken back. */
    ADMIN;

    /** Whether it may do what that role is needed for. */
    public boolean allows(Role needed) {
        return compareTo(needed) >= 0;
    }

    /** As it stands in JSON and in the file of users. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
