package io.nanite.rabbitmq;

import io.nanite.core.NaniteException;
import org.jspecify.annotations.Nullable;

/** A RabbitMQ could not be prepared; the message says what was tried. */
public final class ProvisioningException extends NaniteException {

    ProvisioningException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
