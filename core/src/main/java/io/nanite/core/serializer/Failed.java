package io.nanite.core.serializer;

import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import org.jspecify.annotations.Nullable;

/** The {@code error} of a result as it stands in a document. */
record Failed(
        @Nullable String verdict,
        @Nullable String kind,
        @Nullable String message) {

    /** A failure, whatever is missing or unheard of in it: the work did not succeed, and that must not get lost. */
    Outcome.Failure failure() {
        return new Outcome.Failure(known(), kind == null ? "Error" : kind, message == null ? "" : message);
    }

    private Verdict known() {
        for (Verdict each : Verdict.values()) {
            if (each != Verdict.OK && each.name().equals(verdict)) {
                return each;
            }
        }
        return Verdict.FAILED;
    }
}
