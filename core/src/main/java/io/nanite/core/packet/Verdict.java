package io.nanite.core.packet;

/** In one word how a request ended at one agent. */
public enum Verdict {
    /** The actor returned a value. */
    OK,
    /** The actor threw, or the request could not be understood. */
    FAILED,
    /** The agent or its policy would not do it. */
    REFUSED,
    /** No answer before the deadline. */
    TIMEOUT,
    /** The agent went away and nobody else could take the work. */
    LOST,
    /** The caller did not want it any more. */
    CANCELLED
}
