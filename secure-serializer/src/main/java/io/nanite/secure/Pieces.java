package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.serializer.Wrapper.Wrapped;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

/**
 * How the packets of a {@link SignedPack} travel: {@code length:u32 · envelope · index:u16 · sealed}, of which the first two are the
 * same for all of them. Sealed is the piece, with AES-256-GCM under the pack's key and the index as the nonce: each key seals
 * one pack.
 */
final class Pieces {

    static final String CONTENT_TYPE = "application/vnd.nanite.secure-piece";

    private static final int INDEX_BYTES = 2;
    private static final int TAG_BYTES = Aes.TAG_BYTES;

    private Pieces() {}

    /** One packet, with all that it takes to read it. */
    record Sealed(Bytes envelope, int index, Bytes sealed) {}

    static Bytes digests(List<Bytes> pieces) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        ByteBuffer digests = ByteBuffer.allocate(pieces.size() * SignedPack.DIGEST_BYTES);
        for (Bytes piece : pieces) {
            digest.update(piece.array(), piece.offset(), piece.length());
            digests.put(digest.digest());
        }
        return Bytes.of(digests.array());
    }

    static Wrapped wrapped(byte[] envelope, Bytes key, List<Bytes> pieces) throws GeneralSecurityException {
        SecretKey secret = new SecretKeySpec(key.toArray(), "AES");
        List<Bytes> rests = new ArrayList<>(pieces.size());
        for (int i = 0; i < pieces.size(); i++) {
            Bytes piece = pieces.get(i);
            Cipher cipher = Aes.gcm(Cipher.ENCRYPT_MODE, secret, nonce(i));
            byte[] rest = new byte[INDEX_BYTES + piece.length() + TAG_BYTES];
            ByteBuffer.wrap(rest).putShort((short) i);
            cipher.doFinal(piece.array(), piece.offset(), piece.length(), rest, INDEX_BYTES);
            rests.add(Bytes.of(rest));
        }
        byte[] head = ByteBuffer.allocate(Integer.BYTES + envelope.length)
                .putInt(envelope.length)
                .put(envelope)
                .array();
        return new Wrapped(CONTENT_TYPE, Bytes.of(head), rests);
    }

    /** How long what all packets begin with is. */
    static int headBytes(byte[] envelope) {
        return Integer.BYTES + envelope.length;
    }

    /** Throws an unchecked exception if the bytes are something else. */
    static Sealed parse(Bytes packet) {
        ByteBuffer in = ByteBuffer.wrap(packet.array(), packet.offset(), packet.length());
        int length = in.getInt();
        if (length < 1 || length > in.remaining() - INDEX_BYTES - TAG_BYTES) {
            throw new IllegalArgumentException("piece: cut off");
        }
        Bytes envelope = packet.slice(Integer.BYTES, length);
        int rest = Integer.BYTES + length;
        int index = in.getShort(packet.offset() + rest) & 0xffff;
        return new Sealed(envelope, index, packet.slice(rest + INDEX_BYTES, packet.length() - rest - INDEX_BYTES));
    }

    /** The piece; refused if it is not the one that was signed. */
    static Bytes open(Sealed packet, SignedPack pack, Checks checks) throws GeneralSecurityException {
        Checks.strict().require(packet.index() < pack.size(), RefusalReason.TAMPERED);
        Cipher cipher =
                Aes.gcm(Cipher.DECRYPT_MODE, new SecretKeySpec(pack.key().toArray(), "AES"), nonce(packet.index()));
        Bytes sealed = packet.sealed();
        byte[] piece = cipher.doFinal(sealed.array(), sealed.offset(), sealed.length());
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(piece);
        // All who read the pack have its key: that it is sealed does not say by whom.
        checks.require(MessageDigest.isEqual(digest, pack.digest(packet.index()).toArray()), RefusalReason.TAMPERED);
        return Bytes.of(piece);
    }

    private static byte[] nonce(int index) {
        return ByteBuffer.allocate(Aes.IV_BYTES)
                .putInt(Aes.IV_BYTES - Integer.BYTES, index)
                .array();
    }
}
