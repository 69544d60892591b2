package io.nanite.secure;

/** Where every check ends. There is one that refuses; those of the tests let one reason through, to see what it is good for. */
@FunctionalInterface
interface Checks {

    /** Throws {@link RefusedException} unless the check passed. */
    void require(boolean passed, RefusalReason reason);

    /** Refuses whatever did not pass. */
    static Checks strict() {
        return (passed, reason) -> {
            if (!passed) {
                throw new RefusedException(reason);
            }
        };
    }
}
