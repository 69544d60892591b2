package io.nanite.admin;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;

/**
 * Somebody who may log in to a tower.
 *
 * @param name 1 to 64 of {@code A-Z a-z 0-9 . _ @ -}
 * @param role what he may do
 * @param hash of his password: {@code pbkdf2-sha512$ROUNDS$SALT$HASH}, the last two in Base64
 */
public record TowerUser(String name, Role role, String hash) {

    /** What OWASP asks of PBKDF2 with HMAC-SHA-512 (Password Storage Cheat Sheet, 2023). */
    private static final int ROUNDS = 210_000;

    private static final int LEAST_ROUNDS = 100_000;
    private static final int MOST_ROUNDS = 10_000_000;
    private static final int LEAST_CHARACTERS = 8;
    private static final int MOST_CHARACTERS = 256;
    private static final int SALT_BYTES = 16;
    private static final int HASH_BYTES = 32;
    private static final String KIND = "pbkdf2-sha512";

    /** Throws {@link ConfigException} naming what is wrong. */
    public TowerUser {
        if (!name.matches("[A-Za-z0-9._@-]{1,64}")) {
            throw ConfigException.of("user", Printable.of(name), "1 to 64 of A-Z a-z 0-9 . _ @ -");
        }
        if (parts(hash).length == 0) {
            throw ConfigException.of("hash of " + name, "another form", "what nanite-admin user writes");
        }
    }

    /** Makes one; throws {@link ConfigException} for a password of fewer than 8 or more than 256 characters. */
    public static TowerUser of(String name, Role role, char[] password, SecureRandom random) {
        if (password.length < LEAST_CHARACTERS || password.length > MOST_CHARACTERS) {
            throw ConfigException.of(
                    "password",
                    password.length + " characters",
                    "%d to %d".formatted(LEAST_CHARACTERS, MOST_CHARACTERS));
        }
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
        return new TowerUser(
                name,
                role,
                String.join(
                        "$",
                        KIND,
                        Integer.toString(ROUNDS),
                        base64.encodeToString(salt),
                        base64.encodeToString(derived(password, salt, ROUNDS))));
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

    /** Takes as long for a wrong one as for the right one. */
    boolean knows(String password) {
        String[] parts = parts(hash);
        if (password.length() > MOST_CHARACTERS) {
            return false;
        }
        Base64.Decoder base64 = Base64.getDecoder();
        byte[] wanted = base64.decode(parts[3]);
        byte[] given = derived(password.toCharArray(), base64.decode(parts[2]), Integer.parseInt(parts[1]));
        return MessageDigest.isEqual(wanted, given);
    }

    /** Never the hash. */
    @Override
    public String toString() {
        return "%s (%s)".formatted(name, role.word());
    }

    /** The four parts; none if it is no hash that we make. */
    private static String[] parts(String hash) {
        String[] parts = hash.split("\\$", -1);
        boolean form = parts.length == 4
                && parts[0].equals(KIND)
                && parts[1].matches("[0-9]{6,8}")
                && parts[2].matches("[A-Za-z0-9+/]{22}")
                && parts[3].matches("[A-Za-z0-9+/]{43}");
        if (!form) {
            return new String[0];
        }
        int rounds = Integer.parseInt(parts[1]);
        return rounds >= LEAST_ROUNDS && rounds <= MOST_ROUNDS ? parts : new String[0];
    }

    private static byte[] derived(char[] password, byte[] salt, int rounds) {
        PBEKeySpec spec = new PBEKeySpec(password, salt, rounds, HASH_BYTES * Byte.SIZE);
        try {
            return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA512")
                    .generateSecret(spec)
                    .getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("PBKDF2WithHmacSHA512: not in this Java", e);
        } finally {
            spec.clearPassword();
            Arrays.fill(password, '\0');
        }
    }
}
