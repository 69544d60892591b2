package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The key and certificate that a Control Tower speaks TLS with, from files. */
final class TowerKeys {

    private static final Pattern KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----");

    private TowerKeys() {}

    /** PEM if there is a key of its own, else PKCS12. Throws {@link ConfigException} for what cannot be used. */
    static KeyStore read(Path certificate, @Nullable Path key, Secret password) {
        return key == null ? pkcs12(certificate, password) : pem(certificate, key, password);
    }

    private static KeyStore pkcs12(Path file, Secret password) {
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(in, password.value().toCharArray());
            return keys;
        } catch (IOException | GeneralSecurityException e) {
            throw ConfigException.of(
                    "tls-cert", file, "a PKCS12 file and its password in --tls-pass-file, or PEM with --tls-key");
        }
    }

    private static KeyStore pem(Path certificate, Path key, Secret password) {
        List<Certificate> chain;
        try {
            chain = List.copyOf(CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(Files.readAllBytes(certificate))));
        } catch (IOException | GeneralSecurityException e) {
            throw ConfigException.of("tls-cert", certificate, "certificates as PEM");
        }
        if (chain.isEmpty()) {
            throw ConfigException.of("tls-cert", certificate, "certificates as PEM");
        }
        try {
            KeyStore keys = KeyStore.getInstance("PKCS12");
            keys.load(null, null);
            keys.setKeyEntry(
                    "tower", privateKey(key), password.value().toCharArray(), chain.toArray(Certificate[]::new));
            return keys;
        } catch (IOException | GeneralSecurityException e) {
            throw ConfigException.of("tls-key", key, "the key of the certificate");
        }
    }

    private static PrivateKey privateKey(Path file) throws GeneralSecurityException {
        UsersFile.requireOwn("tls-key", file);
        try {
            Matcher found = KEY.matcher(Files.readString(file, StandardCharsets.US_ASCII));
            if (found.find()) {
                byte[] bytes = Base64.getMimeDecoder().decode(found.group(1));
                for (String algorithm : List.of("EC", "RSA", "EdDSA")) {
                    try {
                        return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
                    } catch (InvalidKeySpecException e) {
                        // of another kind
                    }
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            throw ConfigException.of("tls-key", file, "a key as PEM, in PKCS8 and without a password");
        }
        throw ConfigException.of("tls-key", file, "a key as PEM, in PKCS8 and without a password");
    }
}
