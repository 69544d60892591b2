package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** The broker does not know this user, or not with this password. */
public final class AuthenticationRefused extends TransportException {

    public AuthenticationRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
