package io.nanite.core.packet;

import org.jspecify.annotations.Nullable;

/**
 * How loaded an agent says it is; the lowest load wins the work.
 *
 * @param load the number to compare, or positive infinity where the agent sent none: unknown counts as worst
 * @param value what the agent sent, for comparators that know its kind
 */
public record Status(double load, @Nullable Object value) {

    /** The agent said nothing that can be compared. */
    public static final Status UNKNOWN = new Status(Double.POSITIVE_INFINITY, null);

    /** A load as a number. */
    public static Status of(double load) {
        return Double.isNaN(load) ? UNKNOWN : new Status(load, load);
    }

    /** Whatever an agent sent as its status. */
    public static Status read(@Nullable Object value) {
        if (value instanceof Number number) {
            return Double.isNaN(number.doubleValue()) ? UNKNOWN : new Status(number.doubleValue(), number);
        }
        return value == null ? UNKNOWN : new Status(Double.POSITIVE_INFINITY, value);
    }
}
