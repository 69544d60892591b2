package io.nanite.secure;

import io.nanite.core.Secret;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Collections;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.openssl.PKCS8Generator;
import org.bouncycastle.openssl.jcajce.JcaPEMKeyConverter;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8DecryptorProviderBuilder;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.pkcs.PKCS8EncryptedPrivateKeyInfo;
import org.bouncycastle.pkcs.PKCSException;
import org.jspecify.annotations.Nullable;

/**
 * Private keys in files: PKCS #8 in PEM, plain or under a password, or PKCS #12 with the certificate. Nobody but its owner
 * may read such a file: one that others may read is refused.
 */
final class KeyFiles {

    static final String PEM = ".key";
    static final String PKCS12 = ".p12";

    /** What OWASP asks of PBKDF2 with HMAC-SHA-256, in its Password Storage Cheat Sheet. */
    private static final int ROUNDS = 600_000;

    /** The JDK does not know the padding by the name that PKCS #8 has for it. */
    private static final Provider BOUNCY_CASTLE = new BouncyCastleProvider();

    private static final String ALIAS = "nanite";

    private KeyFiles() {}

    /** Makes a file with this key; its name says in which form. */
    static void write(Path file, PrivateKey key, X509Certificate certificate, @Nullable Secret password) {
        WholeFiles.writeSecret(
                file, file.toString().endsWith(PKCS12) ? pkcs12(key, certificate, password) : pem(key, password));
    }

    private static byte[] pem(PrivateKey key, @Nullable Secret password) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(new JcaPKCS8Generator(
                    key,
                    password == null
                            ? null
                            : new JceOpenSSLPKCS8EncryptorBuilder(PKCS8Generator.AES_256_CBC)
                                    .setProvider(BOUNCY_CASTLE)
                                    .setPRF(new AlgorithmIdentifier(
                                            PKCSObjectIdentifiers.id_hmacWithSHA256, DERNull.INSTANCE))
                                    .setIterationCount(ROUNDS)
                                    .setPassword(password.value().toCharArray())
                                    .build()));
        } catch (IOException | OperatorCreationException e) {
            throw new CertificateException("a private key cannot be written: " + e.getMessage(), e);
        }
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] pkcs12(PrivateKey key, X509Certificate certificate, @Nullable Secret password) {
        try {
            char[] secret = characters(password);
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, secret);
            store.setKeyEntry(ALIAS, key, secret, new Certificate[] {certificate});
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, secret);
            return bytes.toByteArray();
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException("a private key cannot be written: " + e.getMessage(), e);
        }
    }

    private static char[] characters(@Nullable Secret password) {
        return password == null ? new char[0] : password.value().toCharArray();
    }

    /** Whether a key in PEM says that it is encrypted. PKCS #12 does not say. */
    static boolean isUnderPassword(Path file) {
        return !file.toString().endsWith(PKCS12)
                && new String(WholeFiles.read(file), StandardCharsets.US_ASCII).contains("BEGIN ENCRYPTED PRIVATE KEY");
    }

    /** Reads a key; throws {@link CertificateException} if others may read it too, or the password is not the one. */
    static PrivateKey read(Path file, @Nullable Secret password) {
        WholeFiles.requireOwners(file);
        byte[] content = WholeFiles.read(file);
        return file.toString().endsWith(PKCS12)
                ? fromPkcs12(file, content, password)
                : fromPem(file, content, password);
    }

    private static PrivateKey fromPem(Path file, byte[] content, @Nullable Secret password) {
        try (PEMParser parser = new PEMParser(new StringReader(new String(content, StandardCharsets.US_ASCII)))) {
            Object found = parser.readObject();
            JcaPEMKeyConverter converter = new JcaPEMKeyConverter();
            if (found instanceof PrivateKeyInfo plain) {
                return converter.getPrivateKey(plain);
            }
            if (found instanceof PKCS8EncryptedPrivateKeyInfo sealed) {
                if (password == null) {
                    throw new CertificateException(
                            "%s: under a password (expected: the password, or a key without one)".formatted(file));
                }
                return converter.getPrivateKey(
                        sealed.decryptPrivateKeyInfo(new JceOpenSSLPKCS8DecryptorProviderBuilder()
                                .setProvider(BOUNCY_CASTLE)
                                .build(characters(password))));
            }
            throw new CertificateException("%s: no key (expected: a private key as PKCS #8 in PEM)".formatted(file));
        } catch (PKCSException | OperatorCreationException e) {
            throw new CertificateException(
                    "%s: not to be opened (expected: the password of this key)".formatted(file), e);
        } catch (IOException | IllegalArgumentException e) {
            throw new CertificateException(
                    "%s: unreadable (expected: a private key as PKCS #8 in PEM)".formatted(file), e);
        }
    }

    private static PrivateKey fromPkcs12(Path file, byte[] content, @Nullable Secret password) {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(new ByteArrayInputStream(content), characters(password));
            for (String alias : Collections.list(store.aliases())) {
                if (store.getKey(alias, characters(password)) instanceof PrivateKey key) {
                    return key;
                }
            }
            throw new CertificateException("%s: no key (expected: a private key in PKCS #12)".formatted(file));
        } catch (GeneralSecurityException | IOException e) {
            throw new CertificateException(
                    "%s: not to be opened (expected: PKCS #12, and the password of this key)".formatted(file), e);
        }
    }
}
