package io.nanite.core.security;

import io.nanite.core.packet.Identity;

/** A pattern in which {@code *} stands for any text, slashes and nothing included, and everything else for itself. */
public record Glob(String pattern) {

    private static final String AGENT = "nanite-";
    private static final String MAPPER = "mapper-";

    public boolean matches(String text) {
        // Greedy, with a way back to the last star: never more steps than the lengths multiplied.
        int at = 0;
        int star = -1;
        int retry = 0;
        for (int i = 0; i < text.length(); ) {
            if (at < pattern.length() && pattern.charAt(at) == '*') {
                star = at++;
                retry = i;
            } else if (at < pattern.length() && pattern.charAt(at) == text.charAt(i)) {
                at++;
                i++;
            } else if (star >= 0) {
                at = star + 1;
                i = ++retry;
            } else {
                return false;
            }
        }
        while (at < pattern.length() && pattern.charAt(at) == '*') {
            at++;
        }
        return at == pattern.length();
    }

    /**
     * Whether it means this agent or mapper: one that begins with {@code nanite-} or {@code mapper-} is about the whole
     * identity, any other about the name alone.
     */
    public boolean matches(Identity identity) {
        boolean whole = pattern.startsWith(AGENT) || pattern.startsWith(MAPPER);
        return matches(whole ? identity.value() : identity.name());
    }
}
