package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import io.nanite.testkit.ManualTime;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.jspecify.annotations.Nullable;

/** An application with the mappers m1 and m2 and the agents a1 and a2, and what an attacker needs to attack it. */
final class World implements CertificateStore {

    static final Identity M1 = Identity.mapper("m1");
    static final Identity M2 = Identity.mapper("m2");
    static final Identity A1 = Identity.agent("a1");
    static final Identity A2 = Identity.agent("a2");

    final ManualTime time = new ManualTime(TestAuthority.NOW);
    final TestAuthority authority = new TestAuthority("shop");
    final Map<Identity, Credentials> credentials = new ConcurrentHashMap<>();
    final JsonSerializer json = new JsonSerializer();
    private final Map<Identity, List<X509Certificate>> known = new ConcurrentHashMap<>();
    private final Sealing sealing = new Sealing(new SecureRandom(), new CertificateFacts());
    private volatile @Nullable X509CRL revocations;
    private long nonces;

    World() {
        for (Identity each : List.of(M1, M2, A1, A2)) {
            join(authority.issue(each));
        }
    }

    /** Makes these the credentials of their member, and its certificate known. */
    void join(Credentials theirs) {
        Identity identity = theirs.member().identity();
        credentials.put(identity, theirs);
        know(identity, theirs.certificate());
    }

    /** Delivers this certificate, whatever it says, as this member's. */
    void know(Identity identity, X509Certificate certificate) {
        known.put(identity, List.of(certificate));
    }

    void revoke(X509CRL list) {
        revocations = list;
    }

    SecureSerializer member(Identity identity) {
        return member(identity, authority.config(), Checks.strict());
    }

    /** As the real one, but what is wrong in these ways is let through. */
    SecureSerializer weakened(Identity identity, Set<RefusalReason> ignored) {
        return member(identity, authority.config(), allBut(ignored));
    }

    /** Refuses what did not pass, unless it is for one of these reasons. */
    static Checks allBut(Set<RefusalReason> ignored) {
        return (passed, reason) -> {
            if (!passed && !ignored.contains(reason)) {
                throw new RefusedException(reason);
            }
        };
    }

    SecureSerializer member(Identity identity, SecureConfig config, Checks checks) {
        return new SecureSerializer(json, config, List.of(of(identity)), this, time, checks);
    }

    Credentials of(Identity identity) {
        Credentials theirs = credentials.get(identity);
        if (theirs == null) {
            throw new AssertionError("no credentials of " + identity);
        }
        return theirs;
    }

    static Packet read(SecureSerializer reader, byte[] envelope) {
        return reader.read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE);
    }

    byte[] write(Identity from, Packet packet, Identity to) {
        return member(from).write(packet, new Recipient.One(to));
    }

    /** What a member signed for another, without its seal. */
    byte[] opened(byte[] envelope, Identity reader) throws GeneralSecurityException, IOException {
        return sealing.open(ContentInfo.getInstance(envelope), List.of(of(reader)), Checks.strict());
    }

    byte[] sealed(byte[] content, Identity reader) throws GeneralSecurityException, IOException {
        return sealing.seal(content, List.of(of(reader).certificate()));
    }

    /** An honest header for this packet, that an attacker then changes. */
    SignedPacket header(Identity from, Identity to, Packet packet) {
        long now = SignedPacket.micros(time.now());
        return new SignedPacket(
                "shop",
                from,
                List.of(to.value()),
                packet.getClass().getSimpleName(),
                packet instanceof Request request ? request.token().value() : "",
                new SignedPacket.Nonce(7, ++nonces),
                now,
                now + Duration.ofMinutes(1).toNanos() / 1_000,
                "application/json",
                Bytes.of(json.write(packet, new Recipient.One(to))));
    }

    byte[] signed(SignedPacket header, Credentials by) throws GeneralSecurityException, IOException {
        return new Signing(new SecureRandom(), new CertificateFacts(), false).sign(header.encoded(), by);
    }

    static Request request(Identity from, Identity agent) {
        return new Request(
                Service.parse("/billing/pay"),
                Payload.of("100 EUR"),
                from,
                new Token("349eecc5088af66b118a37a9082f912c"),
                from.isMapper() ? from : null,
                "least_loaded",
                agent,
                false,
                Set.of(),
                false,
                Metadata.NONE);
    }

    static Register register(Identity identity) {
        return new Register(identity, Set.of(Service.parse("/billing/pay")), Set.of(), Status.of(0.5), Vitals.UNKNOWN);
    }

    static Ping ping(Identity identity) {
        return new Ping(identity, Status.of(0.5), Vitals.UNKNOWN);
    }

    @Override
    public List<X509Certificate> certificates(Identity identity) {
        return known.getOrDefault(identity, List.of());
    }

    @Override
    public Set<Identity> mappers() {
        return Set.copyOf(new ArrayList<>(known.keySet())
                .stream().filter(Identity::isMapper).toList());
    }

    @Override
    public @Nullable X509CRL revocations() {
        return revocations;
    }
}
