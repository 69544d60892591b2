package io.nanite.secure;

import io.nanite.core.Bytes;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.concurrent.ArrayBlockingQueue;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * AES-256-GCM for one direction of a session, with counters as nonces. Ciphers are used again: to look for one and to expand the
 * key takes longer than to seal a packet. Safe for use by many threads.
 */
final class SessionKey {

    /** That many threads at once find one; others make their own. */
    private static final int MOST_IDLE = 2;

    private final SecretKey key;
    private final byte[] reader;

    /** Of the mode in which this member uses the key. */
    private final ArrayBlockingQueue<Cipher> idle = new ArrayBlockingQueue<>(MOST_IDLE);

    /** {@code reader} is authenticated with every packet. */
    SessionKey(SecretKey key, byte[] reader) {
        this.key = key;
        this.reader = reader;
    }

    /** Seals, in its place, what stands in the envelope from there on up to the room for the tag; what stands in front is authenticated. */
    void seal(long number, byte[] envelope, int from) throws GeneralSecurityException {
        Cipher cipher = ready(idle.poll(), Cipher.ENCRYPT_MODE, number, new Bytes(envelope, 0, from));
        cipher.doFinal(envelope, from, envelope.length - from - Aes.TAG_BYTES, envelope, from);
        keep(cipher);
    }

    /** {@code own} is whether it was sealed with this very key here, which is not what it is for. */
    byte[] open(long number, Bytes front, Bytes sealed, boolean own) throws GeneralSecurityException {
        Cipher cipher = ready(own ? null : idle.poll(), Cipher.DECRYPT_MODE, number, front);
        byte[] opened = cipher.doFinal(sealed.array(), sealed.offset(), sealed.length());
        if (!own) {
            keep(cipher);
        }
        return opened;
    }

    private Cipher ready(@Nullable Cipher used, int mode, long number, Bytes front) throws GeneralSecurityException {
        byte[] nonce = ByteBuffer.allocate(Aes.IV_BYTES)
                .putLong(Aes.IV_BYTES - Long.BYTES, number)
                .array();
        Cipher cipher = used == null ? Aes.gcm(mode, key, nonce) : Aes.gcm(used, mode, key, nonce);
        cipher.updateAAD(ByteBuffer.allocate(front.length() + reader.length)
                .put(front.array(), front.offset(), front.length())
                .put(reader)
                .array());
        return cipher;
    }

    private void keep(Cipher cipher) {
        var unused = idle.offer(cipher);
    }
}
