package io.nanite.secure;

import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;

/** Whether two keys are the halves of one pair: found out by signing with the one and verifying with the other. */
final class KeyPairs {

    private static final byte[] PROBE = {1, 2, 3, 4, 5, 6, 7, 8};

    private KeyPairs() {}

    static boolean belong(PublicKey publicKey, PrivateKey privateKey) {
        try {
            Signature signature =
                    Signature.getInstance(publicKey.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(privateKey);
            signature.update(PROBE);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(PROBE);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
