package io.nanite.secure;

import io.nanite.core.NaniteException;

/** A certificate, key or folder of certificates that cannot be used. */
public final class CertificateException extends NaniteException {

    CertificateException(String message) {
        super(message);
    }

    CertificateException(String message, Throwable cause) {
        super(message, cause);
    }
}
