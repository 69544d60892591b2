package io.nanite.secure;

import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import javax.crypto.Cipher;
import javax.crypto.NoSuchPaddingException;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;

/** AES of the JDK, whose provider is looked for once and not for each packet. No state; for any thread. */
final class Aes {

    static final int KEY_BYTES = 32;
    static final int IV_BYTES = 12;
    static final int TAG_BYTES = 16;

    private static final String GCM = "AES/GCM/NoPadding";
    private static final String WRAP = "AESWrap";

    private static final Provider OF_GCM = provider(GCM);
    private static final Provider OF_WRAP = provider(WRAP);

    private Aes() {}

    private static Provider provider(String transformation) {
        try {
            return Cipher.getInstance(transformation).getProvider();
        } catch (NoSuchAlgorithmException | NoSuchPaddingException e) {
            throw new CertificateException(
                    "%s: unknown to this Java (expected: every Java has it)".formatted(transformation), e);
        }
    }

    /** For one packet; {@code mode} is one of {@link Cipher}'s. */
    static Cipher gcm(int mode, SecretKey key, byte[] iv) throws GeneralSecurityException {
        return gcm(Cipher.getInstance(GCM, OF_GCM), mode, key, iv);
    }

    /** The same with one that was used before. */
    static Cipher gcm(Cipher used, int mode, SecretKey key, byte[] iv) throws GeneralSecurityException {
        used.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, iv));
        return used;
    }

    /** For one key; {@code mode} is one of {@link Cipher}'s. */
    static Cipher wrap(int mode, SecretKey key) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(WRAP, OF_WRAP);
        cipher.init(mode, key);
        return cipher;
    }
}
