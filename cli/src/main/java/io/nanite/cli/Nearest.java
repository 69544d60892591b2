package io.nanite.cli;

import java.util.Collection;
import java.util.Comparator;

/** Finds what somebody probably meant to type. */
final class Nearest {

    private Nearest() {}

    /** The known word that takes the fewest changes of letters to reach; there is at least one. */
    static String to(String typed, Collection<String> known) {
        return known.stream()
                .min(Comparator.comparingInt((String word) -> distance(typed, word))
                        .thenComparing(word -> word))
                .orElseThrow();
    }

    /** The edit distance of Levenshtein (1966). */
    private static int distance(String a, String b) {
        int[] before = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            before[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] now = new int[b.length() + 1];
            now[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = before[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                now[j] = Math.min(change, Math.min(before[j], now[j - 1]) + 1);
            }
            before = now;
        }
        return before[b.length()];
    }
}
