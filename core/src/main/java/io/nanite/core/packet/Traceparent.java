package io.nanite.core.packet;

import org.jspecify.annotations.Nullable;

/**
 * The text of a W3C trace context: {@code 00-TRACE-PARENT-FLAGS}, which says of which trace something is part, and of which
 * step of it (W3C Recommendation "Trace Context", section 3.2). Kept as text: what does not trace hands it on untouched.
 */
public final class Traceparent {

    private static final int TRACE = 3;
    private static final int TRACE_DIGITS = 32;
    private static final int PARENT = TRACE + TRACE_DIGITS + 1;
    private static final int PARENT_DIGITS = 16;
    private static final int FLAGS = PARENT + PARENT_DIGITS + 1;
    private static final int LENGTH = FLAGS + 2;

    private Traceparent() {}

    /** Whether the text follows the grammar; of a version that is not known yet, as far as that must follow it. */
    public static boolean isTraceparent(@Nullable String text) {
        if (text == null || text.length() < LENGTH) {
            return false;
        }
        boolean first = text.startsWith("00");
        return isHex(text, 0, 2, false)
                && !text.startsWith("ff")
                && text.charAt(TRACE - 1) == '-'
                && isHex(text, TRACE, TRACE_DIGITS, true)
                && text.charAt(PARENT - 1) == '-'
                && isHex(text, PARENT, PARENT_DIGITS, true)
                && text.charAt(FLAGS - 1) == '-'
                && isHex(text, FLAGS, 2, false)
                && (text.length() == LENGTH || (!first && text.charAt(LENGTH) == '-'));
    }

    /** The 32 digits that name the trace; throws {@link IllegalArgumentException} if the text is no trace context. */
    public static String traceId(String text) {
        if (!isTraceparent(text)) {
            throw new IllegalArgumentException("traceparent: %s (expected: 00-, 32 hex digits, -, 16 hex digits, -, 2)"
                    .formatted(Printable.of(text)));
        }
        return text.substring(TRACE, TRACE + TRACE_DIGITS);
    }

    /**
     * The start of a trace that nobody records so far, for work that came without one. It has the name of the token: whoever
     * knows the one knows the other. Null if the token is not made as ours are.
     */
    public static @Nullable String of(Token token) {
        String digits = token.value();
        boolean nameable = digits.length() == TRACE_DIGITS
                && isHex(digits, 0, TRACE_DIGITS, true)
                && isHex(digits, 0, PARENT_DIGITS, true);
        return nameable ? "00-" + digits + "-" + digits.substring(0, PARENT_DIGITS) + "-00" : null;
    }

    private static boolean isHex(String text, int from, int digits, boolean notZero) {
        boolean zero = true;
        for (int i = from; i < from + digits; i++) {
            char c = text.charAt(i);
            if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
                return false;
            }
            zero &= c == '0';
        }
        return !(notZero && zero);
    }
}
