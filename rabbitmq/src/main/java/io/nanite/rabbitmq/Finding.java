package io.nanite.rabbitmq;

import io.nanite.core.transport.TransportException;
import java.util.Optional;

/**
 * What somebody who has looked at one thing says about it.
 *
 * @param about what was looked at, in a word or two
 * @param severity how bad it is
 * @param what how it is
 * @param cure what to do about it; empty where there is nothing to do
 * @param cause what a process of ours would fail with; empty if it would not
 */
public record Finding(String about, Severity severity, String what, String cure, Optional<TransportException> cause) {

    /** How bad it is. */
    public enum Severity {
        /** As it should be. */
        FINE,
        /** Nobody here can tell. */
        UNKNOWN,
        /** It works, and could be better, or will not work for ever. */
        WARNING,
        /** Something does not work. */
        WRONG
    }

    public static Finding fine(String about, String what) {
        return new Finding(about, Severity.FINE, what, "", Optional.empty());
    }

    public static Finding unknown(String about, String what, String cure) {
        return new Finding(about, Severity.UNKNOWN, what, cure, Optional.empty());
    }

    public static Finding warning(String about, String what, String cure) {
        return new Finding(about, Severity.WARNING, what, cure, Optional.empty());
    }

    public static Finding wrong(String about, String what, String cure) {
        return new Finding(about, Severity.WRONG, what, cure, Optional.empty());
    }

    /** Something that a process of ours would fail with. */
    public static Finding wrong(String about, TransportException cause, String cure) {
        return new Finding(about, Severity.WRONG, String.valueOf(cause.getMessage()), cure, Optional.of(cause));
    }
}
