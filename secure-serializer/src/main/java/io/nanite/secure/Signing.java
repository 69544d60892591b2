package io.nanite.secure;

import io.nanite.core.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.util.List;
import org.bouncycastle.asn1.ASN1EncodableVector;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.ASN1Primitive;
import org.bouncycastle.asn1.ASN1Set;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.Attribute;
import org.bouncycastle.asn1.cms.AttributeTable;
import org.bouncycastle.asn1.cms.CMSAlgorithmProtection;
import org.bouncycastle.asn1.cms.CMSAttributes;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.IssuerAndSerialNumber;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.cms.SignerIdentifier;
import org.bouncycastle.asn1.cms.SignerInfo;
import org.bouncycastle.asn1.ess.ESSCertIDv2;
import org.bouncycastle.asn1.ess.SigningCertificateV2;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.crypto.params.ECPublicKeyParameters;
import org.jspecify.annotations.Nullable;

/**
 * CMS {@code SignedData} (RFC 5652) with one signer: ECDSA with P-256, or RSA PKCS #1 v1.5, and SHA-256. The structure is
 * put together here; {@link P256} signs, or the JDK with RSA and with keys that never leave their hardware.
 */
final class Signing {

    private static final ASN1ObjectIdentifier DATA = CMSObjectIdentifiers.data;

    /** One of RSA with 8192 bits, signed with as many, has 2.5 KiB. */
    private static final int LONGEST_CERTIFICATE = 16 * 1024;

    private final SecureRandom random;
    private final CertificateFacts facts;
    private final boolean carries;

    /** {@code carries} is whether certificates go along with what they signed, for readers that do not know them yet. */
    Signing(SecureRandom random, CertificateFacts facts, boolean carries) {
        this.random = random;
        this.facts = facts;
        this.carries = carries;
    }

    /**
     * A document that was signed, and not yet whether by whom it says; {@code carried} is the certificate that came with it, as
     * anybody may have put it there.
     */
    record Signed(
            SignerInfo signer, Bytes content, @Nullable Bytes carried) {}

    byte[] sign(byte[] content, Credentials by) throws GeneralSecurityException, IOException {
        X509Certificate certificate = by.certificate();
        AlgorithmIdentifier algorithm =
                certificate.getPublicKey().getAlgorithm().equals("RSA") ? Algorithms.RSA : Algorithms.ECDSA;
        ASN1EncodableVector attributes = new ASN1EncodableVector(4);
        attributes.add(new Attribute(CMSAttributes.contentType, new DERSet(DATA)));
        attributes.add(new Attribute(CMSAttributes.messageDigest, new DERSet(new DEROctetString(digest(content)))));
        attributes.add(new Attribute(
                PKCSObjectIdentifiers.id_aa_signingCertificateV2,
                new DERSet(
                        new SigningCertificateV2(new ESSCertIDv2[] {new ESSCertIDv2(facts.of(certificate).digest)}))));
        attributes.add(new Attribute(
                CMSAttributes.cmsAlgorithmProtect,
                new DERSet(
                        new CMSAlgorithmProtection(Algorithms.SHA256, CMSAlgorithmProtection.SIGNATURE, algorithm))));
        DERSet signed = new DERSet(attributes);
        SignerInfo signer = new SignerInfo(
                new SignerIdentifier(facts.of(certificate).name),
                Algorithms.SHA256,
                signed,
                algorithm,
                new DEROctetString(signature(signed.getEncoded(ASN1Encoding.DER), algorithm, by.key())),
                (ASN1Set) null);
        SignedData data = new SignedData(
                new DERSet(Algorithms.SHA256),
                new ContentInfo(DATA, new DEROctetString(content)),
                carries ? new DERSet(ASN1Primitive.fromByteArray(certificate.getEncoded())) : null,
                null,
                new DERSet(signer));
        return new ContentInfo(CMSObjectIdentifiers.signedData, data).getEncoded(ASN1Encoding.DER);
    }

    private byte[] signature(byte[] signed, AlgorithmIdentifier algorithm, PrivateKey by)
            throws GeneralSecurityException, IOException {
        if (by instanceof ECPrivateKey key) {
            return P256.sign(digest(signed), P256.privateKey(key), random);
        }
        Signature signature = signatureFor(algorithm);
        signature.initSign(by);
        signature.update(signed);
        return signature.sign();
    }

    /** What was signed; throws an unchecked exception if the document is not of the one form that counts. */
    static Signed parse(ContentInfo document) throws IOException {
        SignedData data = SignedData.getInstance(document.getContent());
        ContentInfo content = data.getEncapContentInfo();
        if (data.getSignerInfos().size() != 1 || !content.getContentType().equals(DATA)) {
            throw new IllegalArgumentException("signed data: not one signer of data");
        }
        return new Signed(
                SignerInfo.getInstance(data.getSignerInfos().getObjectAt(0)),
                Bytes.of(ASN1OctetString.getInstance(content.getContent()).getOctets()),
                carried(data.getCertificates()));
    }

    private static @Nullable Bytes carried(@Nullable ASN1Set certificates) throws IOException {
        return certificates == null || certificates.size() != 1
                ? null
                : Bytes.of(certificates.getObjectAt(0).toASN1Primitive().getEncoded(ASN1Encoding.DER));
    }

    /** The certificate that came along, if it is one. */
    static List<X509Certificate> carried(Signed signed) throws GeneralSecurityException {
        Bytes carried = signed.carried();
        return carried == null || carried.length() > LONGEST_CERTIFICATE
                ? List.of()
                : List.of((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(carried.toArray())));
    }

    /** Of these certificates the one that the document says it was signed with. */
    List<X509Certificate> signersOf(Signed signed, List<X509Certificate> certificates) {
        IssuerAndSerialNumber named =
                IssuerAndSerialNumber.getInstance(signed.signer().getSID().getId());
        return certificates.stream()
                .filter(certificate -> facts.of(certificate).name.equals(named))
                .limit(1)
                .toList();
    }

    /** Lets the checks refuse a document that was not signed with this certificate's key just so. */
    void verify(Signed signed, X509Certificate certificate, Checks checks)
            throws GeneralSecurityException, IOException {
        SignerInfo signer = signed.signer();
        ASN1Set set = signer.getAuthenticatedAttributes();
        checks.require(set != null, RefusalReason.MALFORMED);
        AttributeTable attributes = new AttributeTable(set);
        AlgorithmIdentifier algorithm = expected(certificate);
        checks.require(
                Algorithms.same(signer.getDigestAlgorithm(), Algorithms.SHA256)
                        && isNamed(signer.getDigestEncryptionAlgorithm(), algorithm),
                RefusalReason.ALGORITHM);
        checks.require(
                DATA.equals(single(attributes, CMSAttributes.contentType)
                        .getAttrValues()
                        .getObjectAt(0)),
                RefusalReason.MALFORMED);
        checks.require(isProtected(attributes, signer), RefusalReason.ALGORITHM);
        checks.require(names(attributes, certificate), RefusalReason.TAMPERED);
        byte[] digest = ASN1OctetString.getInstance(single(attributes, CMSAttributes.messageDigest)
                        .getAttrValues()
                        .getObjectAt(0))
                .getOctets();
        checks.require(MessageDigest.isEqual(digest, digest(signed.content().toArray())), RefusalReason.TAMPERED);
        checks.require(isValid(signer, set, algorithm, certificate), RefusalReason.TAMPERED);
    }

    private boolean isValid(
            SignerInfo signer, ASN1Set attributes, AlgorithmIdentifier algorithm, X509Certificate certificate)
            throws GeneralSecurityException, IOException {
        ECPublicKeyParameters point = facts.of(certificate).point;
        if (point != null) {
            return P256.verify(
                    digest(attributes.getEncoded(ASN1Encoding.DER)),
                    signer.getEncryptedDigest().getOctets(),
                    point);
        }
        Signature signature = signatureFor(algorithm);
        signature.initVerify(certificate.getPublicKey());
        signature.update(attributes.getEncoded(ASN1Encoding.DER));
        return signature.verify(signer.getEncryptedDigest().getOctets());
    }

    private static Attribute single(AttributeTable attributes, ASN1ObjectIdentifier type) {
        ASN1EncodableVector all = attributes.getAll(type);
        if (all.size() != 1 || ((Attribute) all.get(0)).getAttrValues().size() != 1) {
            throw new IllegalArgumentException("attribute: not there once");
        }
        return (Attribute) all.get(0);
    }

    /** OpenSSL writes none; where it stands it must say what is outside. */
    private static boolean isProtected(AttributeTable attributes, SignerInfo signer) {
        if (attributes.getAll(CMSAttributes.cmsAlgorithmProtect).size() == 0) {
            return true;
        }
        CMSAlgorithmProtection said =
                CMSAlgorithmProtection.getInstance(single(attributes, CMSAttributes.cmsAlgorithmProtect)
                        .getAttrValues()
                        .getObjectAt(0));
        return said.getDigestAlgorithm().equals(signer.getDigestAlgorithm())
                && signer.getDigestEncryptionAlgorithm().equals(said.getSignatureAlgorithm());
    }

    /** Whether the certificate itself is signed too, so that no other for the same key can take its place. */
    private boolean names(AttributeTable attributes, X509Certificate certificate) {
        ESSCertIDv2 first = SigningCertificateV2.getInstance(
                        single(attributes, PKCSObjectIdentifiers.id_aa_signingCertificateV2)
                                .getAttrValues()
                                .getObjectAt(0))
                .getCerts()[0];
        return Algorithms.same(first.getHashAlgorithm(), Algorithms.SHA256)
                && MessageDigest.isEqual(first.getCertHash(), facts.of(certificate).digest);
    }

    private static AlgorithmIdentifier expected(X509Certificate certificate) {
        return certificate.getPublicKey().getAlgorithm().equals("RSA") ? Algorithms.RSA : Algorithms.ECDSA;
    }

    /** RSA with SHA-256 may be named by the key alone, as OpenSSL does: the digest is named beside it. */
    private static boolean isNamed(AlgorithmIdentifier named, AlgorithmIdentifier expected) {
        return Algorithms.same(named, expected)
                || (expected.equals(Algorithms.RSA)
                        && named.getAlgorithm().equals(PKCSObjectIdentifiers.rsaEncryption));
    }

    private static Signature signatureFor(AlgorithmIdentifier algorithm) throws GeneralSecurityException {
        return Signature.getInstance(algorithm.equals(Algorithms.RSA) ? "SHA256withRSA" : "SHA256withECDSA");
    }

    static IssuerAndSerialNumber nameOf(X509Certificate certificate) {
        return new IssuerAndSerialNumber(
                X500Name.getInstance(certificate.getIssuerX500Principal().getEncoded()),
                new ASN1Integer(certificate.getSerialNumber()).getValue());
    }

    private static byte[] digest(byte[] content) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }
}
