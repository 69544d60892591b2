package io.nanite.secure;

import java.nio.file.Path;

/**
 * Something that is not as it should be in a {@linkplain CertificateFolder folder of certificates}.
 *
 * @param severity how bad it is
 * @param file where
 * @param text what, and what was expected
 */
public record CertificateFinding(Severity severity, Path file, String text) {

    /** How bad a finding is. */
    public enum Severity {
        /** It works, and will not for long. */
        WARNING,
        /** Members that use this will be refused. */
        ERROR
    }

    @Override
    public String toString() {
        return "%s: %s".formatted(file, text);
    }
}
