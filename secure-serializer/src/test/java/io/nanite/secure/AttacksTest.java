package io.nanite.secure;

import static io.nanite.secure.World.A1;
import static io.nanite.secure.World.A2;
import static io.nanite.secure.World.M1;
import static io.nanite.secure.World.M2;
import static io.nanite.secure.World.ping;
import static io.nanite.secure.World.read;
import static io.nanite.secure.World.register;
import static io.nanite.secure.World.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.bouncycastle.asn1.ASN1Encoding;
import org.bouncycastle.asn1.DERSet;
import org.bouncycastle.asn1.cms.CMSObjectIdentifiers;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.asn1.cms.SignedData;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.Test;

/** Each attack succeeds against a reader without the check that is there for it, so that its failure means something. */
final class AttacksTest {

    private static final Token TOKEN = new Token("349eecc5088af66b118a37a9082f912c");

    private final World world = new World();

    @Test
    void whatWasChangedOnItsWayIsRefused() {
        byte[] envelope = world.member(A1).write(ping(A1), new Recipient.EveryMapper());
        String text = new String(envelope, StandardCharsets.ISO_8859_1);
        byte[] changed = text.replace("\"status\":0.5", "\"status\":0.1").getBytes(StandardCharsets.ISO_8859_1);

        assertThat(changed).isNotEqualTo(envelope);
        assertRefused(changed, M1, RefusalReason.TAMPERED, new Ping(A1, Status.of(0.1), Vitals.UNKNOWN));
    }

    @Test
    void whatWasReadIsNotReadAgain() {
        byte[] envelope = world.write(M1, request(M1, A1), A1);

        assertReplayRefused(envelope, envelope, A1);
    }

    @Test
    void whatWasReadIsNotReadAgainInAnotherEnvelope() throws GeneralSecurityException, IOException {
        byte[] envelope = world.write(M1, request(M1, A1), A1);
        byte[] another = world.sealed(world.opened(envelope, A1), A1);

        assertThat(another).isNotEqualTo(envelope);
        assertReplayRefused(envelope, another, A1);
    }

    @Test
    void cancellationsAndQuestionsAreNotReadAgain() {
        byte[] cancel = world.write(M1, new Cancel(TOKEN, M1), A1);
        byte[] advertise = world.member(M1).write(new Advertise(null), new Recipient.EveryAgent());

        assertReplayRefused(cancel, cancel, A1);
        assertReplayRefused(advertise, advertise, A1);
    }

    @Test
    void workThatTheBrokerDeliversAgainIsReadAgain() {
        byte[] envelope = world.write(M1, request(M1, A1), A1);
        SecureSerializer reader = world.member(A1);
        Packet first = read(reader, envelope);

        assertThat(reader.read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE, true))
                .isEqualTo(first);
    }

    @Test
    void presenceThatIsHeldBackIsRefusedOnceThereIsNewer() {
        SecureSerializer agent = world.member(A1);
        byte[] older = agent.write(ping(A1), new Recipient.EveryMapper());
        byte[] newer = agent.write(ping(A1), new Recipient.EveryMapper());

        assertReplayRefused(newer, older, M1);
    }

    @Test
    void whatIsForgottenIsRefusedAndWhatIsNewIsNot() {
        SecureConfig few = new SecureConfig(
                "shop",
                List.of(world.authority.certificate()),
                false,
                false,
                Duration.ofDays(1),
                Duration.ofMinutes(1),
                Duration.ofSeconds(30),
                1_000,
                null);
        SecureSerializer reader = world.member(A1, few, Checks.strict());
        SecureSerializer writer = world.member(M1);
        SecureSerializer forgetful = world.member(A1, few, World.allBut(Set.of(RefusalReason.FORGOTTEN)));
        byte[] ofAnother = world.write(M2, request(M2, A1), A1);
        byte[] taken = writer.write(request(M1, A1), new Recipient.One(A1));
        read(reader, taken);
        read(forgetful, taken);
        byte[] withheld = writer.write(request(M1, A1), new Recipient.One(A1));
        for (int i = 0; i < 1_001; i++) {
            byte[] next = writer.write(request(M1, A1), new Recipient.One(A1));
            read(reader, next);
            read(forgetful, next);
        }

        assertThatThrownBy(() -> read(reader, withheld)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> read(reader, taken)).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.FORGOTTEN);
        // The twin that forgets what it has read, and nothing with it, reads it twice.
        assertThat(read(forgetful, taken)).isEqualTo(request(M1, A1));
        assertThat(read(reader, ofAnother)).isEqualTo(request(M2, A1));
        assertThat(read(reader, writer.write(request(M1, A1), new Recipient.One(A1))))
                .isEqualTo(request(M1, A1));
    }

    @Test
    void whoeverIsNotMeantCannotRead() throws GeneralSecurityException, IOException {
        byte[] envelope = world.write(A1, new Result(TOKEN, M1, A1, Outcome.success("paid"), 5), M1);
        SecureSerializer other = world.member(A2);

        assertThatThrownBy(() -> read(other, envelope)).isInstanceOf(SerializationException.class);
        assertThat(other.refusals()).containsOnlyKeys(RefusalReason.NOT_FOR_US);
        assertThat(new String(envelope, StandardCharsets.ISO_8859_1)).doesNotContain("paid", TOKEN.value());

        // The twin of a writer that only signs, for a reader that does not ask for more: anybody reads it.
        byte[] bare = world.opened(envelope, M1);
        assertThat(new String(bare, StandardCharsets.ISO_8859_1)).contains("paid");
        assertThat(read(world.weakened(A2, Set.of(RefusalReason.NOT_FOR_US, RefusalReason.NOT_SEALED)), bare))
                .isInstanceOf(Result.class);
    }

    @Test
    void whatIsForwardedByItsReaderIsRefused() throws GeneralSecurityException, IOException {
        byte[] envelope = world.write(M1, request(M1, A1), A1);
        byte[] forwarded = world.sealed(world.opened(envelope, A1), A2);

        assertRefused(forwarded, A2, RefusalReason.NOT_FOR_US, request(M1, A1));
    }

    @Test
    void whatIsSignedForAllAgentsIsNotForMappers() {
        byte[] envelope = world.member(M1).write(new Advertise(null), new Recipient.EveryAgent());

        assertRefused(envelope, M2, RefusalReason.NOT_FOR_US, new Advertise(null));
    }

    @Test
    void plainPacketsAreRefusedWhateverTheyCallThemselves() {
        byte[] plain = world.json.write(request(M1, A1), new Recipient.One(A1));
        SecureSerializer reader = world.member(A1);

        for (String type : List.of("application/json", "application/smile", "application/octet-stream")) {
            assertThat(reader.reads(type)).isFalse();
            assertThatThrownBy(() -> reader.read(Bytes.of(plain), type)).isInstanceOf(SerializationException.class);
        }
        assertThat(reader.reads(null)).isFalse();
        assertThatThrownBy(() -> reader.read(Bytes.of(plain), null)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> read(reader, plain)).isInstanceOf(SerializationException.class);

        // The twin that also takes what is not signed.
        assertThat(new Formats(reader, List.of(reader, world.json)).read(Bytes.of(plain), "application/json"))
                .isEqualTo(request(M1, A1));
    }

    @Test
    void workThatIsOnlySignedIsRefused() throws GeneralSecurityException, IOException {
        byte[] bare = world.opened(world.write(M1, request(M1, A1), A1), A1);

        assertRefused(bare, A1, RefusalReason.NOT_SEALED, request(M1, A1));
    }

    @Test
    void presenceThatIsOnlySignedIsRefusedWhereItMustBeSealed() {
        SecureConfig sealing = world.authority.config().withSealsPresence(true);
        byte[] bare = world.member(A1).write(ping(A1), new Recipient.EveryMapper());
        byte[] sealed = world.member(A1, sealing, Checks.strict()).write(ping(A1), new Recipient.EveryMapper());
        SecureSerializer reader = world.member(M1, sealing, Checks.strict());

        assertThatThrownBy(() -> read(reader, bare)).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.NOT_SEALED);
        assertThat(read(reader, sealed)).isEqualTo(ping(A1));
        assertThat(new String(sealed, StandardCharsets.ISO_8859_1)).doesNotContain("nanite-a1");
        assertThat(read(world.member(M1), bare)).isEqualTo(ping(A1));
        assertThat(read(world.member(M1, sealing, World.allBut(Set.of(RefusalReason.NOT_SEALED))), bare))
                .isEqualTo(ping(A1));
    }

    @Test
    void whatHasNoSignatureIsRefused() throws GeneralSecurityException, IOException {
        SignedPacket header = world.header(M1, A1, request(M1, A1));
        ContentInfo honest = ContentInfo.getInstance(world.signed(header, world.of(M1)));
        SignedData signed = SignedData.getInstance(honest.getContent());
        SignedData stripped =
                new SignedData(signed.getDigestAlgorithms(), signed.getEncapContentInfo(), null, null, new DERSet());
        byte[] envelope = world.sealed(
                new ContentInfo(CMSObjectIdentifiers.signedData, stripped).getEncoded(ASN1Encoding.DER), A1);
        SecureSerializer reader = world.member(A1);

        assertThatThrownBy(() -> read(reader, envelope)).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.MALFORMED);

        // The twin that reads what is inside without asking who signed it.
        byte[] content = SignedPacket.decode(header.encoded()).packet().toArray();
        assertThat(world.json.read(Bytes.of(content), header.contentType())).isEqualTo(request(M1, A1));
    }

    @Test
    void whatIsOverIsRefused() {
        byte[] envelope = world.write(M1, request(M1, A1), A1);
        world.time.advance(Duration.ofDays(1).plusSeconds(31));

        assertRefused(envelope, A1, RefusalReason.EXPIRED, request(M1, A1));
    }

    @Test
    void presenceOfMoreThanAMinuteAgoIsRefusedHoweverLongItSaysThatItCounts()
            throws GeneralSecurityException, IOException {
        SignedPacket header = world.header(A1, M1, ping(A1));
        SignedPacket longer = new SignedPacket(
                header.application(),
                header.from(),
                header.to(),
                header.type(),
                header.token(),
                header.nonce(),
                header.issued(),
                header.expires() + 1_000_000,
                header.contentType(),
                header.packet());

        assertRefused(world.signed(longer, world.of(A1)), M1, RefusalReason.EXPIRED, ping(A1));
    }

    @Test
    void whatIsSignedInTheFutureIsRefused() {
        world.time.advance(Duration.ofSeconds(31));
        byte[] envelope = world.write(M1, request(M1, A1), A1);
        world.time.jump(Duration.ofSeconds(-31));

        assertRefused(envelope, A1, RefusalReason.EARLY, request(M1, A1));
    }

    @Test
    void aCertificateThatIsOverIsRefused() {
        world.join(world.authority.issue(
                world.authority.wish(M1).between(TestAuthority.NOW.minusSeconds(60), TestAuthority.NOW.minusSeconds(1)),
                TestAuthority.p256()));

        assertSenderRefused(RefusalReason.CERTIFICATE_EXPIRED);
    }

    @Test
    void aCertificateThatHasNotBegunIsRefused() {
        world.join(world.authority.issue(
                world.authority.wish(M1).between(TestAuthority.NOW.plusSeconds(10), TestAuthority.NOW.plusSeconds(60)),
                TestAuthority.p256()));

        assertSenderRefused(RefusalReason.CERTIFICATE_EARLY);
    }

    @Test
    void aCertificateThatWasCalledBackIsRefused() {
        world.revoke(world.authority.revoking(world.of(M1).certificate()));

        assertSenderRefused(RefusalReason.REVOKED);
    }

    @Test
    void aListOfAnotherAuthorityCallsBackEverything() {
        world.revoke(new TestAuthority("shop").revoking());

        assertSenderRefused(RefusalReason.REVOKED);
    }

    @Test
    void aCertificateThatSignedItselfIsRefused() {
        world.join(world.authority.selfSigned(M1));

        assertSenderRefused(RefusalReason.AUTHORITY);
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() {
        world.join(new TestAuthority("shop").issue(M1));

        assertSenderRefused(RefusalReason.AUTHORITY);
    }

    @Test
    void aKeyThatIsNotForSigningIsRefused() {
        world.join(
                world.authority.issue(world.authority.wish(M1).withUsage(KeyUsage.keyAgreement), TestAuthority.p256()));

        assertSenderRefused(RefusalReason.KEY_USAGE);
    }

    @Test
    void anAgentCannotPingAsAnother() {
        assertRefused(
                world.member(A1).write(ping(A2), new Recipient.EveryMapper()), M1, RefusalReason.IDENTITY, ping(A2));
    }

    @Test
    void anAgentCannotRegisterAsAnother() {
        assertRefused(
                world.member(A1).write(register(A2), new Recipient.EveryMapper()),
                M1,
                RefusalReason.IDENTITY,
                register(A2));
    }

    @Test
    void aMapperCannotRegisterAsIfItWereAnAgent() {
        assertRefused(
                world.member(M2).write(register(M2), new Recipient.EveryMapper()),
                M1,
                RefusalReason.ROLE,
                register(M2));
    }

    @Test
    void aRegistrationIsNotReadAgainNorAfterANewerOneNorWhenItsMinuteIsOver() {
        SecureSerializer agent = world.member(A1);
        byte[] older = agent.write(register(A1), new Recipient.EveryMapper());
        byte[] newer = agent.write(register(A1), new Recipient.EveryMapper());

        assertReplayRefused(older, older, M1);
        assertReplayRefused(newer, older, M1);
        world.time.advance(Duration.ofSeconds(91));
        assertRefused(newer, M1, RefusalReason.EXPIRED, register(A1));
    }

    @Test
    void aRegistrationWithAServiceMoreIsRefused() {
        byte[] envelope = world.member(A1).write(register(A1), new Recipient.EveryMapper());
        String text = new String(envelope, StandardCharsets.ISO_8859_1);
        byte[] changed = text.replace("/billing/pay", "/billing/all").getBytes(StandardCharsets.ISO_8859_1);

        assertThat(changed).isNotEqualTo(envelope);
        assertRefused(
                changed,
                M1,
                RefusalReason.TAMPERED,
                new Register(A1, Set.of(Service.parse("/billing/all")), Set.of(), Status.of(0.5), Vitals.UNKNOWN));
    }

    @Test
    void aCertificateThatComesAlongIsWorthNothingByItself() throws GeneralSecurityException, IOException {
        Credentials forged = world.authority.selfSigned(A2);
        byte[] envelope = new Signing(new SecureRandom(), new CertificateFacts(), true)
                .sign(world.header(A2, M1, ping(A2)).encoded(), forged);

        assertRefused(envelope, M1, RefusalReason.AUTHORITY, ping(A2));
    }

    @Test
    void anAgentCannotLeaveForAnother() {
        assertRefused(
                world.member(A1).write(new UnRegister(A2), new Recipient.EveryMapper()),
                M1,
                RefusalReason.IDENTITY,
                new UnRegister(A2));
    }

    @Test
    void anAgentCannotAnswerAsAnother() {
        Result forged = new Result(TOKEN, M1, A2, Outcome.success("paid"), 5);

        assertRefused(world.write(A1, forged, M1), M1, RefusalReason.IDENTITY, forged);
    }

    @Test
    void anAgentCannotAskAsAnother() {
        assertRefused(world.write(A1, request(A2, A1), M1), M1, RefusalReason.IDENTITY, request(A2, A1));
    }

    @Test
    void anAgentCannotGiveWorkToAnother() {
        assertRefused(world.write(A1, request(A1, A2), A2), A2, RefusalReason.ROLE, request(A1, A2));
    }

    @Test
    void anAgentCannotAskOthersToRegister() {
        assertRefused(world.write(A1, new Advertise(A2), A2), A2, RefusalReason.ROLE, new Advertise(A2));
    }

    @Test
    void aMapperCannotLeaveAsIfItWereAnAgent() {
        assertRefused(
                world.member(M2).write(new UnRegister(M2), new Recipient.EveryMapper()),
                M1,
                RefusalReason.ROLE,
                new UnRegister(M2));
    }

    @Test
    void aNameThatIsSignedWithTheKeyOfAnotherIsRefused() throws GeneralSecurityException, IOException {
        byte[] forged = world.signed(world.header(A2, M1, ping(A2)), world.of(A1));
        SecureSerializer reader = world.member(M1);

        assertThatThrownBy(() -> read(reader, forged)).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.UNKNOWN_SENDER);

        // As does a store that was talked into delivering one member's certificate for another.
        world.know(A2, world.of(A1).certificate());
        assertRefused(forged, M1, RefusalReason.IDENTITY, ping(A2));
    }

    @Test
    void aMemberOfAnotherApplicationIsRefused() throws GeneralSecurityException, IOException {
        Credentials stranger = world.authority.issue(
                world.authority.wish(A1).withUri("nanite://bank/agent/nanite-a1"), TestAuthority.p256());
        world.know(A1, stranger.certificate());

        assertRefused(world.signed(world.header(A1, M1, ping(A1)), stranger), M1, RefusalReason.APPLICATION, ping(A1));
    }

    @Test
    void aHeaderOfAnotherPacketIsRefused() throws GeneralSecurityException, IOException {
        SignedPacket ping = world.header(A1, M1, ping(A1));
        SignedPacket mixed = new SignedPacket(
                ping.application(),
                ping.from(),
                ping.to(),
                "Register",
                ping.token(),
                ping.nonce(),
                ping.issued(),
                ping.expires(),
                ping.contentType(),
                ping.packet());

        assertRefused(world.signed(mixed, world.of(A1)), M1, RefusalReason.CONTENT, ping(A1));
    }

    @Test
    void nothingIsWrittenForSomebodyWithoutAValidCertificate() {
        Identity stranger = Identity.agent("a9");
        SecureSerializer writer = world.member(M1);

        assertThatThrownBy(() -> writer.write(request(M1, stranger), new Recipient.One(stranger)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("nanite-a9");

        world.revoke(world.authority.revoking(world.of(A1).certificate()));
        assertThatThrownBy(() -> writer.write(request(M1, A1), new Recipient.One(A1)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("nanite-a1");

        // The twin that does not ask whether the certificate was called back: its owner still reads.
        byte[] envelope =
                world.weakened(M1, Set.of(RefusalReason.REVOKED)).write(request(M1, A1), new Recipient.One(A1));
        assertThat(read(world.member(A1), envelope)).isEqualTo(request(M1, A1));
    }

    @Test
    void allRefusalsSayTheSame() {
        SecureSerializer reader = world.member(A2);
        byte[] other = world.write(M1, request(M1, A1), A1);
        byte[] early = world.write(A1, request(A1, A2), A2);

        assertThatThrownBy(() -> read(reader, other))
                .hasMessage("envelope: refused (expected: one of a member of shop for nanite-a2)")
                .hasNoCause();
        assertThatThrownBy(() -> read(reader, early))
                .hasMessage("envelope: refused (expected: one of a member of shop for nanite-a2)")
                .hasNoCause();
        assertThat(reader.refusals())
                .containsEntry(RefusalReason.NOT_FOR_US, 1L)
                .containsEntry(RefusalReason.ROLE, 1L);
    }

    @Test
    void structuresInsideStructuresWithoutEndAreRefused() {
        byte[] bomb = new byte[4 * 1024 * 1024];
        for (int i = 0; i < bomb.length; i += 2) {
            bomb[i] = 0x30;
            bomb[i + 1] = (byte) 0x80;
        }
        SecureSerializer reader = world.member(A1);

        assertThatThrownBy(() -> read(reader, bomb)).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> read(reader, new byte[9 * 1024 * 1024])).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.MALFORMED, RefusalReason.TOO_LONG);
        // The twin that follows them down.
        assertThatThrownBy(() -> depth(bomb, 0)).isInstanceOf(StackOverflowError.class);
    }

    private static int depth(byte[] structure, int at) {
        return at < structure.length && structure[at] == 0x30 ? 1 + depth(structure, at + 2) : 0;
    }

    private void assertSenderRefused(RefusalReason reason) {
        assertRefused(
                world.member(M1).write(new Advertise(null), new Recipient.EveryAgent()),
                A1,
                reason,
                new Advertise(null));
    }

    /** Refused, for this reason; and the twin that does not look believes what the attacker wants. */
    private void assertRefused(byte[] envelope, Identity reader, RefusalReason reason, Packet wanted) {
        SecureSerializer strict = world.member(reader);

        assertThatThrownBy(() -> read(strict, envelope)).isInstanceOf(SerializationException.class);
        assertThat(strict.refusals()).containsOnlyKeys(reason);
        assertThat(read(world.weakened(reader, Set.of(reason)), envelope)).isEqualTo(wanted);
    }

    private void assertReplayRefused(byte[] first, byte[] second, Identity reader) {
        SecureSerializer strict = world.member(reader);
        SecureSerializer weakened = world.weakened(reader, Set.of(RefusalReason.REPLAY));
        Packet packet = read(strict, first);
        read(weakened, first);

        assertThatThrownBy(() -> read(strict, second)).isInstanceOf(SerializationException.class);
        assertThat(strict.refusals()).containsOnlyKeys(RefusalReason.REPLAY);
        assertThat(read(weakened, second)).isEqualTo(packet);
    }
}
