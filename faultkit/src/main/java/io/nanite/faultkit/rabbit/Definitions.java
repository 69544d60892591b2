package io.nanite.faultkit.rabbit;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.stream.Collectors;

/** What a RabbitMQ of ours has from the beginning: one vhost, and two users who may do everything in it. */
public final class Definitions {

    public static final String VHOST = "/nanite";
    public static final List<String> USERS = List.of("mapper", "nanite");
    public static final String PASSWORD = "testing";

    /**
     * As {@code load_definitions} wants it. With this the node is ready when it has started; the same by
     * {@code rabbitmqctl} takes five commands.
     */
    public String json() {
        String users =
                USERS.stream().map(user -> """
                        {"name":"%s","password_hash":"%s","hashing_algorithm":"rabbit_password_hashing_sha256","tags":""}""".formatted(user, passwordHash())).collect(Collectors.joining(","));
        String permissions =
                USERS.stream().map(user -> """
                        {"user":"%s","vhost":"%s","configure":".*","write":".*","read":".*"}""".formatted(user, VHOST)).collect(Collectors.joining(","));
        return """
                {"vhosts":[{"name":"%s"}],"users":[%s],"permissions":[%s]}
                """.formatted(VHOST, users, permissions);
    }

    /** See "Computing password hashes" in RabbitMQ's guide to passwords. The salt of a password everybody knows is no secret. */
    private static String passwordHash() {
        byte[] salt = {1, 2, 3, 4};
        try {
            MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
            sha256.update(salt);
            byte[] hash = sha256.digest(PASSWORD.getBytes(StandardCharsets.UTF_8));
            byte[] salted = new byte[salt.length + hash.length];
            System.arraycopy(salt, 0, salted, 0, salt.length);
            System.arraycopy(hash, 0, salted, salt.length, hash.length);
            return Base64.getEncoder().encodeToString(salted);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("SHA-256: missing (expected: part of every JDK)", e);
        }
    }
}
