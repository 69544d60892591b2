package io.nanite.secure;

import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.MGF1ParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/** The algorithms. There are no others: what an envelope names must be on this list, and is never looked up by its name. */
final class Algorithms {

    static final AlgorithmIdentifier SHA256 = new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256);
    static final AlgorithmIdentifier ECDSA = new AlgorithmIdentifier(X9ObjectIdentifiers.ecdsa_with_SHA256);
    static final AlgorithmIdentifier RSA =
            new AlgorithmIdentifier(PKCSObjectIdentifiers.sha256WithRSAEncryption, DERNull.INSTANCE);
    static final AlgorithmIdentifier WRAP = new AlgorithmIdentifier(NISTObjectIdentifiers.id_aes256_wrap);
    static final AlgorithmIdentifier AGREEMENT =
            new AlgorithmIdentifier(SECObjectIdentifiers.dhSinglePass_stdDH_sha256kdf_scheme, WRAP);
    static final AlgorithmIdentifier OAEP = new AlgorithmIdentifier(
            PKCSObjectIdentifiers.id_RSAES_OAEP,
            new RSAESOAEPparams(
                    SHA256,
                    new AlgorithmIdentifier(PKCSObjectIdentifiers.id_mgf1, SHA256),
                    RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM));
    static final ASN1ObjectIdentifier GCM = NISTObjectIdentifiers.id_aes256_GCM;

    static final OAEPParameterSpec OAEP_PARAMETERS =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    static final ECParameterSpec P256 = p256();

    private static final int LEAST_RSA = 2048;

    /** What is longer only costs whoever has to check it. */
    private static final int MOST_RSA = 8192;

    private Algorithms() {}

    private static ECParameterSpec p256() {
        try {
            AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC");
            parameters.init(new ECGenParameterSpec("secp256r1"));
            return parameters.getParameterSpec(ECParameterSpec.class);
        } catch (GeneralSecurityException e) {
            throw new CertificateException("curve P-256: unknown to this Java (expected: every Java has it)", e);
        }
    }

    /** Whether this is a public key of P-256, or of RSA with at least 2048 bits. */
    static boolean allows(Key key) {
        if (key instanceof ECPublicKey ec) {
            ECParameterSpec parameters = ec.getParams();
            return parameters.getCurve().equals(P256.getCurve())
                    && parameters.getGenerator().equals(P256.getGenerator())
                    && isOnCurve(ec.getW());
        }
        return key instanceof RSAPublicKey rsa
                && rsa.getModulus().bitLength() >= LEAST_RSA
                && rsa.getModulus().bitLength() <= MOST_RSA;
    }

    /** Whether the point is on P-256; one that is not would tell its maker about the private key that it meets. */
    static boolean isOnCurve(ECPoint point) {
        if (point.equals(ECPoint.POINT_INFINITY)) {
            return false;
        }
        BigInteger prime = ((ECFieldFp) P256.getCurve().getField()).getP();
        BigInteger x = point.getAffineX();
        BigInteger y = point.getAffineY();
        if (x.signum() < 0 || y.signum() < 0 || x.compareTo(prime) >= 0 || y.compareTo(prime) >= 0) {
            return false;
        }
        BigInteger right = x.multiply(x)
                .add(P256.getCurve().getA())
                .multiply(x)
                .add(P256.getCurve().getB())
                .mod(prime);
        return y.multiply(y).mod(prime).equals(right);
    }

    /** As {@link AlgorithmIdentifier#equals}, but parameters that are absent and those that are NULL are the same. */
    static boolean same(AlgorithmIdentifier one, AlgorithmIdentifier other) {
        return one.getAlgorithm().equals(other.getAlgorithm()) && isBare(one) && isBare(other);
    }

    private static boolean isBare(AlgorithmIdentifier identifier) {
        return identifier.getParameters() == null || DERNull.INSTANCE.equals(identifier.getParameters());
    }
}
