package io.nanite.secure;

import io.nanite.core.Bytes;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** What the serializer asks of the curve P-256, and nothing around it. One thread. */
@NullMarked
public final class BareCurve {

    private final SecureRandom random = new SecureRandom();
    private final Credentials signer;
    private final Credentials reader;
    private P256.@Nullable Ephemeral ephemeral;

    public BareCurve(Credentials signer, Credentials reader) {
        this.signer = signer;
        this.reader = reader;
    }

    public byte[] sign(byte[] digest) throws IOException {
        return P256.sign(digest, P256.privateKey((ECPrivateKey) signer.key()), random);
    }

    /** With the same key each time, as whoever hears the same member again has it at hand. */
    public Verifier verifier() {
        var key = P256.publicKey((ECPublicKey) signer.certificate().getPublicKey());
        return (digest, signature) -> P256.verify(digest, signature, key);
    }

    /** Checks signatures of one member. */
    public interface Verifier {

        boolean verify(byte[] digest, byte[] signature);
    }

    /** A new key, and what is agreed with the reader's. */
    public byte[] agree() {
        P256.Ephemeral made = P256.ephemeral(random);
        ephemeral = made;
        return P256.agree(
                made.secret(), P256.publicKey((ECPublicKey) reader.certificate().getPublicKey()));
    }

    /** The public half of the last new key. */
    public Bytes point() {
        P256.Ephemeral made = ephemeral;
        if (made == null) {
            throw new IllegalStateException("key: none (expected: to be agreed first)");
        }
        return made.point();
    }

    /** What the reader agrees with that. */
    public byte[] agree(byte[] point) {
        return P256.agree(P256.privateKey((ECPrivateKey) reader.key()), P256.publicKey(point));
    }
}
