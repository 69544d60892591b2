package io.nanite.core.packet;

import java.util.Locale;
import java.util.regex.Pattern;

/**
 * What an actor offers, written {@code /prefix/method}. The prefix may have several parts ({@code /deep/nested/hi});
 * a path of one part means its {@code index}.
 */
public record Service(String path) implements Comparable<Service> {

    private static final int LONGEST = 255;
    private static final int MOST_PARTS = 16;

    private static final Pattern WORD_AFTER_ACRONYM = Pattern.compile("(\\p{Lu}+)(\\p{Lu}\\p{Ll})");
    private static final Pattern WORD_AFTER_WORD = Pattern.compile("([\\p{Ll}\\d])(\\p{Lu})");

    /** Throws {@link IllegalArgumentException} if the path is not a service's full path. */
    public Service {
        if (!isPath(path)) {
            throw new IllegalArgumentException(
                    "service: %s (expected: /prefix/method, at most 255 characters)".formatted(Printable.of(path)));
        }
    }

    /** Reads a path as people write it: {@code /simple} alone means {@code /simple/index}. */
    public static Service parse(String path) {
        return new Service(full(path));
    }

    /** Whether {@link #parse} takes the text. */
    public static boolean isService(String path) {
        return isPath(full(path));
    }

    /** The prefix of an actor that names none: the name of its class in snake case, {@code ImageStore} → {@code image_store}. */
    public static String prefixOf(String className) {
        String parted = WORD_AFTER_ACRONYM.matcher(className).replaceAll("$1_$2");
        return WORD_AFTER_WORD.matcher(parted).replaceAll("$1_$2").toLowerCase(Locale.ROOT);
    }

    private static String full(String path) {
        boolean onePart = path.startsWith("/") && path.length() > 1 && path.indexOf('/', 1) < 0;
        return onePart ? path + "/index" : path;
    }

    /** Whether this is 2 to 16 parts behind slashes. Not a regular expression: this runs for every request. */
    private static boolean isPath(String path) {
        if (path.length() > LONGEST || path.isEmpty() || path.charAt(0) != '/' || path.endsWith("/")) {
            return false;
        }
        int parts = 1;
        for (int i = 1; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c == '/') {
                parts++;
                if (path.charAt(i - 1) == '/') {
                    return false;
                }
            } else if (!isPartOfName(c)) {
                return false;
            }
        }
        return parts >= 2 && parts <= MOST_PARTS;
    }

    private static boolean isPartOfName(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "_.?!=-".indexOf(c) >= 0;
    }

    /** Everything before the method, without the slashes at its ends. */
    public String prefix() {
        return path.substring(1, path.lastIndexOf('/'));
    }

    public String method() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    @Override
    public int compareTo(Service other) {
        return path.compareTo(other.path);
    }

    @Override
    public String toString() {
        return path;
    }
}
