package io.nanite.admin;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.generators.OpenBSDBCrypt;

/**
 * Somebody who may log in to a tower.
 *
 * @param name 1 to 64 of {@code A-Z a-z 0-9 . _ @ -}
 * @param role what he may do
 * @param hash of his password, by bcrypt with a cost of 10 to 14: {@code $2y$}, {@code $2b$} or {@code $2a$}, as {@code htpasswd -B}
 *     writes it
 */
public record TowerUser(String name, Role role, String hash) {

    /** What is written: a quarter of a second of a processor, or so. */
    static final int COST = 12;

    private static final String VERSION = "2y";
    private static final String FORM = "\\$2[aby]\\$1[0-4]\\$[./A-Za-z0-9]{53}";
    private static final int LEAST_CHARACTERS = 8;
    private static final int MOST_BYTES = 72;
    private static final int SALT_BYTES = 16;

    /** Throws {@link ConfigException} naming what is wrong. */
    public TowerUser {
        if (!name.matches("[A-Za-z0-9._@-]{1,64}")) {
            throw ConfigException.of("user", Printable.of(name), "1 to 64 of A-Z a-z 0-9 . _ @ -");
        }
        if (!hash.matches(FORM)) {
            throw ConfigException.of("hash of " + name, "another form", "bcrypt with a cost of 10 to 14");
        }
    }

    /** Makes one; throws {@link ConfigException} for a password of fewer than 8 characters or more than 72 bytes in UTF-8. */
    public static TowerUser of(String name, Role role, char[] password, SecureRandom random) {
        return of(name, role, password, random, COST);
    }

    static TowerUser of(String name, Role role, char[] password, SecureRandom random, int cost) {
        if (password.length < LEAST_CHARACTERS) {
            throw ConfigException.of(
                    "password", password.length + " characters", "at least %d".formatted(LEAST_CHARACTERS));
        }
        byte[] bytes = new String(password).getBytes(StandardCharsets.UTF_8);
        try {
            if (bytes.length > MOST_BYTES) {
                throw ConfigException.of(
                        "password",
                        bytes.length + " bytes",
                        "at most %d, since bcrypt looks at no more".formatted(MOST_BYTES));
            }
            byte[] salt = new byte[SALT_BYTES];
            random.nextBytes(salt);
            return new TowerUser(name, role, OpenBSDBCrypt.generate(VERSION, bytes, salt, cost));
        } finally {
            Arrays.fill(bytes, (byte) 0);
            Arrays.fill(password, '\0');
        }
    }

    /** As it stands in a file: {@code name:role:hash}. Throws {@link ConfigException} if it is none. */
    public static TowerUser parse(String line) {
        String[] parts = line.strip().split(":", -1);
        if (parts.length != 3) {
            throw ConfigException.of("user", "a line of %d parts".formatted(parts.length), "name:role:hash");
        }
        for (Role role : Role.values()) {
            if (role.word().equals(parts[1])) {
                return new TowerUser(parts[0], role, parts[2]);
            }
        }
        throw ConfigException.of(
                "role of " + Printable.of(parts[0]), Printable.of(parts[1]), "viewer, operator or admin");
    }

    /** As {@link #parse} reads it. */
    public String line() {
        return String.join(":", name, role.word(), hash);
    }

    /** What a look at his password takes: twice as much for each step. */
    int cost() {
        return Integer.parseInt(hash.substring(4, 6));
    }

    /** Whether this is somebody's password. Takes as long as one of {@code cost}, which is his own or more, whoever is asked for. */
    static boolean matches(Optional<TowerUser> user, String password, int cost) {
        byte[] given = password.getBytes(StandardCharsets.UTF_8);
        if (given.length > MOST_BYTES) {
            return false;
        }
        if (user.isEmpty()) {
            spend(given, cost);
            return false;
        }
        boolean right = OpenBSDBCrypt.checkPassword(user.get().hash, given);
        // What has been spent is doubled until it is as much as the others'.
        for (int spent = user.get().cost(); spent < cost; spent++) {
            spend(given, spent);
        }
        return right;
    }

    private static void spend(byte[] given, int cost) {
        OpenBSDBCrypt.generate(VERSION, given, new byte[SALT_BYTES], cost);
    }

    /** Never the hash. */
    @Override
    public String toString() {
        return "%s (%s)".formatted(name, role.word());
    }
}
