package io.nanite.secure;

import io.nanite.core.Bytes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.AuthEnvelopedData;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.EncryptedContentInfo;
import org.bouncycastle.asn1.cms.GCMParameters;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.KeyAgreeRecipientIdentifier;
import org.bouncycastle.asn1.cms.KeyAgreeRecipientInfo;
import org.bouncycastle.asn1.cms.KeyTransRecipientInfo;
import org.bouncycastle.asn1.cms.OriginatorIdentifierOrKey;
import org.bouncycastle.asn1.cms.OriginatorPublicKey;
import org.bouncycastle.asn1.cms.RecipientEncryptedKey;
import org.bouncycastle.asn1.cms.RecipientIdentifier;
import org.bouncycastle.asn1.cms.RecipientInfo;
import org.bouncycastle.asn1.cms.ecc.ECCCMSSharedInfo;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.RSAESOAEPparams;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.jspecify.annotations.Nullable;

/**
 * CMS {@code AuthEnvelopedData} (RFC 5083) in AES-256-GCM, its key wrapped for each recipient: by an ephemeral agreement on
 * P-256 (RFC 5753), or with RSA-OAEP. The structure is put together here; {@link P256} agrees, the rest is the JDK's.
 */
final class Sealing {

    static final int KEY_BYTES = Aes.KEY_BYTES;
    private static final int IV_BYTES = Aes.IV_BYTES;
    private static final int TAG_BYTES = Aes.TAG_BYTES;
    private static final byte[] FIRST_BLOCK = {0, 0, 0, 1};

    /** What the key that wraps is for, and its 256 bits. */
    private static final Bytes SHARED_INFO = sharedInfo();

    private final SecureRandom random;
    private final CertificateFacts facts;

    Sealing(SecureRandom random, CertificateFacts facts) {
        this.random = random;
        this.facts = facts;
    }

    private static Bytes sharedInfo() {
        try {
            return Bytes.of(
                    new ECCCMSSharedInfo(Algorithms.WRAP, new byte[] {0, 0, 1, 0}).getEncoded(ASN1Encoding.DER));
        } catch (IOException e) {
            throw new UncheckedIOException(e); // nothing is read or written
        }
    }

    byte[] seal(byte[] content, List<X509Certificate> recipients) throws GeneralSecurityException, IOException {
        SecretKey key = new SecretKeySpec(bytes(KEY_BYTES), "AES");
        byte[] iv = bytes(IV_BYTES);
        Cipher cipher = Aes.gcm(Cipher.ENCRYPT_MODE, key, iv);
        byte[] sealed = cipher.doFinal(content);
        int length = sealed.length - TAG_BYTES;
        AuthEnvelopedData data = new AuthEnvelopedData(
                null,
                wrapped(key, recipients),
                new EncryptedContentInfo(
                        CMSObjectIdentifiers.data,
                        new AlgorithmIdentifier(Algorithms.GCM, new GCMParameters(iv, TAG_BYTES)),
                        new DEROctetString(Arrays.copyOf(sealed, length))),
                null,
                new DEROctetString(Arrays.copyOfRange(sealed, length, sealed.length)),
                null);
        return new ContentInfo(CMSObjectIdentifiers.authEnvelopedData, data).getEncoded(ASN1Encoding.DER);
    }

    private byte[] bytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private DERSet wrapped(SecretKey key, List<X509Certificate> recipients)
            throws GeneralSecurityException, IOException {
        ASN1EncodableVector infos = new ASN1EncodableVector();
        ASN1EncodableVector agreed = new ASN1EncodableVector();
        P256.Ephemeral ephemeral = null;
        for (X509Certificate recipient : recipients) {
            CertificateFacts.Facts known = facts.of(recipient);
            if (known.point != null) {
                ephemeral = ephemeral == null ? P256.ephemeral(random) : ephemeral;
                Cipher wrap = Aes.wrap(Cipher.WRAP_MODE, wrapping(P256.agree(ephemeral.secret(), known.point)));
                agreed.add(new RecipientEncryptedKey(
                        new KeyAgreeRecipientIdentifier(known.name), new DEROctetString(wrap.wrap(key))));
            } else {
                infos.add(new RecipientInfo(new KeyTransRecipientInfo(
                        new RecipientIdentifier(known.name),
                        Algorithms.OAEP,
                        new DEROctetString(transported(key, recipient.getPublicKey())))));
            }
        }
        if (ephemeral != null) {
            OriginatorPublicKey ours = new OriginatorPublicKey(
                    new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey),
                    ephemeral.point().toArray());
            infos.add(new RecipientInfo(new KeyAgreeRecipientInfo(
                    new OriginatorIdentifierOrKey(ours), null, Algorithms.AGREEMENT, new DERSequence(agreed))));
        }
        return new DERSet(infos);
    }

    private static byte[] transported(SecretKey key, PublicKey to) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(Cipher.ENCRYPT_MODE, to, Algorithms.OAEP_PARAMETERS);
        return cipher.doFinal(key.getEncoded());
    }

    /** The key that wraps: one block of the X9.63 function over what both sides can compute. */
    private static SecretKey wrapping(byte[] agreed) throws GeneralSecurityException {
        MessageDigest digest = MessageDigest.getInstance("SHA-256");
        digest.update(agreed);
        digest.update(FIRST_BLOCK);
        digest.update(SHARED_INFO.toArray());
        return new SecretKeySpec(digest.digest(), "AES");
    }

    private static byte[] agree(PrivateKey ours, byte[] theirs) throws GeneralSecurityException {
        ECPublicKeyParameters point = P256.publicKey(theirs);
        if (ours instanceof ECPrivateKey key) {
            return P256.agree(P256.privateKey(key), point);
        }
        // A key that never leaves its hardware.
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(ours);
        agreement.doPhase(
                KeyFactory.getInstance("EC")
                        .generatePublic(new ECPublicKeySpec(
                                new ECPoint(
                                        point.getQ().getAffineXCoord().toBigInteger(),
                                        point.getQ().getAffineYCoord().toBigInteger()),
                                Algorithms.P256)),
                true);
        return agreement.generateSecret();
    }

    /** What was sealed for one of these; refused where it was not for any, in another way, or was changed. */
    byte[] open(ContentInfo document, List<Credentials> ours, Checks checks)
            throws GeneralSecurityException, IOException {
        AuthEnvelopedData data = AuthEnvelopedData.getInstance(document.getContent());
        EncryptedContentInfo content = data.getAuthEncryptedContentInfo();
        AlgorithmIdentifier algorithm = content.getContentEncryptionAlgorithm();
        require(algorithm.getAlgorithm().equals(Algorithms.GCM), RefusalReason.ALGORITHM);
        require(
                data.getOriginatorInfo() == null && data.getAuthAttrs() == null && data.getUnauthAttrs() == null,
                RefusalReason.MALFORMED);
        GCMParameters parameters = GCMParameters.getInstance(algorithm.getParameters());
        byte[] tag = data.getMac().getOctets();
        require(
                parameters.getIcvLen() == TAG_BYTES
                        && tag.length == TAG_BYTES
                        && parameters.getNonce().length == IV_BYTES,
                RefusalReason.ALGORITHM);
        SecretKey key = key(data, ours);
        checks.require(key != null, RefusalReason.NOT_FOR_US);
        if (key == null) {
            throw new RefusedException(RefusalReason.NOT_FOR_US);
        }
        Cipher cipher = Aes.gcm(Cipher.DECRYPT_MODE, key, parameters.getNonce());
        byte[] sealed = content.getEncryptedContent().getOctets();
        byte[] both = Arrays.copyOf(sealed, sealed.length + TAG_BYTES);
        System.arraycopy(tag, 0, both, sealed.length, TAG_BYTES);
        return cipher.doFinal(both);
    }

    private static void require(boolean passed, RefusalReason reason) {
        Checks.strict().require(passed, reason);
    }

    private @Nullable SecretKey key(AuthEnvelopedData data, List<Credentials> ours)
            throws GeneralSecurityException, IOException {
        for (ASN1Encodable each : data.getRecipientInfos()) {
            ASN1Encodable info = RecipientInfo.getInstance(each).getInfo();
            for (Credentials credentials : ours) {
                byte[] key = null;
                if (info instanceof KeyTransRecipientInfo transport) {
                    key = transported(transport, credentials);
                } else if (info instanceof KeyAgreeRecipientInfo agreement) {
                    key = agreed(agreement, credentials);
                }
                if (key != null) {
                    require(key.length == KEY_BYTES, RefusalReason.ALGORITHM);
                    return new SecretKeySpec(key, "AES");
                }
            }
        }
        return null;
    }

    private byte @Nullable [] transported(KeyTransRecipientInfo info, Credentials ours)
            throws GeneralSecurityException {
        if (!isNamed(info.getRecipientIdentifier().getId(), ours)) {
            return null;
        }
        require(isOaep(info.getKeyEncryptionAlgorithm()), RefusalReason.ALGORITHM);
        Cipher cipher = Cipher.getInstance("RSA/ECB/OAEPPadding");
        cipher.init(Cipher.DECRYPT_MODE, ours.key(), Algorithms.OAEP_PARAMETERS);
        return cipher.doFinal(info.getEncryptedKey().getOctets());
    }

    private static boolean isOaep(AlgorithmIdentifier algorithm) {
        if (!algorithm.getAlgorithm().equals(PKCSObjectIdentifiers.id_RSAES_OAEP)) {
            return false;
        }
        RSAESOAEPparams parameters = RSAESOAEPparams.getInstance(algorithm.getParameters());
        AlgorithmIdentifier mask = parameters.getMaskGenAlgorithm();
        return Algorithms.same(parameters.getHashAlgorithm(), Algorithms.SHA256)
                && mask.getAlgorithm().equals(PKCSObjectIdentifiers.id_mgf1)
                && Algorithms.same(AlgorithmIdentifier.getInstance(mask.getParameters()), Algorithms.SHA256)
                && parameters.getPSourceAlgorithm().equals(RSAESOAEPparams.DEFAULT_P_SOURCE_ALGORITHM);
    }

    private byte @Nullable [] agreed(KeyAgreeRecipientInfo info, Credentials ours)
            throws GeneralSecurityException, IOException {
        for (ASN1Encodable each : info.getRecipientEncryptedKeys()) {
            RecipientEncryptedKey wrapped = RecipientEncryptedKey.getInstance(each);
            if (isNamed(wrapped.getIdentifier().getIssuerAndSerialNumber(), ours)) {
                AlgorithmIdentifier algorithm = info.getKeyEncryptionAlgorithm();
                require(
                        algorithm.getAlgorithm().equals(Algorithms.AGREEMENT.getAlgorithm())
                                && AlgorithmIdentifier.getInstance(algorithm.getParameters())
                                        .equals(Algorithms.WRAP)
                                && info.getUserKeyingMaterial() == null,
                        RefusalReason.ALGORITHM);
                byte[] theirs = info.getOriginator()
                        .getOriginatorKey()
                        .getPublicKeyData()
                        .getOctets();
                Cipher wrap = Aes.wrap(Cipher.UNWRAP_MODE, wrapping(agree(ours.key(), theirs)));
                return wrap.unwrap(wrapped.getEncryptedKey().getOctets(), "AES", Cipher.SECRET_KEY)
                        .getEncoded();
            }
        }
        return null;
    }

    private boolean isNamed(@Nullable ASN1Encodable identifier, Credentials ours) {
        return identifier != null
                && IssuerAndSerialNumber.getInstance(identifier).equals(facts.of(ours.certificate()).name);
    }
}
