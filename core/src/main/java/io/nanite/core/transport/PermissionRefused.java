package io.nanite.core.transport;

import org.jspecify.annotations.Nullable;

/** The broker knows the user, and does not let it do this: no such vhost, or no permission there. */
public final class PermissionRefused extends TransportException {

    public PermissionRefused(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
