package io.nanite.core.packet;

import java.util.regex.Pattern;

/**
 * What an actor offers, written {@code /prefix/method}. The prefix may have several parts ({@code /deep/nested/hi});
 * a path of one part means its {@code index}.
 */
public record Service(String path) implements Comparable<Service> {

    private static final int LONGEST = 255;
    private static final Pattern GRAMMAR = Pattern.compile("(?:/[A-Za-z0-9_.?!=-]+){2,16}");

    /** Throws {@link IllegalArgumentException} if the path is not a service's full path. */
    public Service {
        if (path.length() > LONGEST || !GRAMMAR.matcher(path).matches()) {
            throw new IllegalArgumentException(
                    "service: %s (expected: /prefix/method, at most 255 characters)".formatted(Printable.of(path)));
        }
    }

    /** Reads a path as people write it: {@code /simple} alone means {@code /simple/index}. */
    public static Service parse(String path) {
        boolean onePart = path.startsWith("/") && path.length() > 1 && path.indexOf('/', 1) < 0;
        return new Service(onePart ? path + "/index" : path);
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
