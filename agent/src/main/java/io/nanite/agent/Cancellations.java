package io.nanite.agent;

import io.nanite.core.packet.Token;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * Remembers which requests were cancelled before they arrived: a word past the queue overtakes the work in it. Safe for use by
 * many threads.
 */
final class Cancellations {

    private static final int MOST = 10_000;

    private final Set<Token> tokens = new LinkedHashSet<>();
    private volatile boolean some;

    synchronized void add(Token token) {
        if (tokens.size() == MOST) {
            tokens.remove(tokens.iterator().next());
        }
        tokens.add(token);
        some = true;
    }

    /** Whether the request was cancelled; asking forgets it. */
    boolean take(Token token) {
        if (!some) {
            return false; // the usual case costs no lock
        }
        synchronized (this) {
            boolean was = tokens.remove(token);
            some = !tokens.isEmpty();
            return was;
        }
    }
}
