package io.nanite.secure;

import static io.nanite.secure.World.A1;
import static io.nanite.secure.World.A2;
import static io.nanite.secure.World.M1;
import static io.nanite.secure.World.M2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.MessageBody;
import io.nanite.core.transport.Pack;
import io.nanite.core.transport.Parcel;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.junit.jupiter.api.Test;

/** Packets that were signed and sealed together: each is held to all that one alone is held to. */
final class SecurePacksTest {

    private final World world = new World();

    /** What leaves together, as the transport makes it, and the packets that its reader gets of it. */
    static List<Bytes> packed(SecureSerializer writer, List<? extends Packet> packets, Identity to) {
        MessageBody body = body(writer, packets, to);
        assertThat(body.contentType()).isEqualTo(Pack.CONTENT_TYPE);
        Pack.Contents contents = Pack.read(body.body().toArray());
        assertThat(contents.contentType()).isEqualTo(Pieces.CONTENT_TYPE);
        return contents.bodies();
    }

    private static MessageBody body(SecureSerializer writer, List<? extends Packet> packets, Identity to) {
        List<Parcel> parcels = new ArrayList<>();
        for (Packet packet : packets) {
            Draft draft = writer.draft(packet, new Recipient.One(to));
            Parcel parcel = new Parcel(
                    new Address.Queue(to.value()),
                    draft.bytes(),
                    draft.contentType(),
                    null,
                    false,
                    true,
                    Map.of(),
                    draft.wrapper());
            assertThat(parcels).allMatch(before -> MessageBody.share(before, parcel));
            parcels.add(parcel);
        }
        return MessageBody.of(parcels);
    }

    private static Request request(int number, Identity agent) {
        return new Request(
                Service.parse("/billing/pay"),
                Payload.of("invoice " + number),
                M1,
                new Token("token" + number),
                M1,
                "least_loaded",
                agent,
                false,
                Set.of(),
                true,
                Metadata.NONE);
    }

    private static Result result(int number, Identity agent) {
        return new Result(
                new Token("token" + number), M1, agent, new Outcome.Success(Payload.of("paid " + number)), 10);
    }

    private static Packet read(SecureSerializer reader, Bytes packet) {
        return reader.read(packet, Pieces.CONTENT_TYPE);
    }

    private static List<Request> three() {
        return List.of(request(0, A1), request(1, A1), request(2, A1));
    }

    @Test
    void eachPacketIsReadAndTheEnvelopeIsThereOnce() {
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < 64; i++) {
            requests.add(request(i, A1));
        }
        MessageBody together = body(world.member(M1), requests, A1);
        SecureSerializer reader = world.member(A1);

        assertThat(packed(world.member(M1), requests, A1))
                .extracting(packet -> read(reader, packet))
                .isEqualTo(requests);
        assertThat(together.body().length()).isLessThan(64 * world.write(M1, request(0, A1), A1).length / 3);
    }

    @Test
    void onePacketAloneTravelsAsBefore() {
        MessageBody alone = body(world.member(M1), List.of(request(0, A1)), A1);

        assertThat(alone.contentType()).isEqualTo(SecureSerializer.CONTENT_TYPE);
        assertThat(World.read(world.member(A1), alone.body().toArray())).isEqualTo(request(0, A1));
    }

    @Test
    void whatIsForOthersIsNotSignedTogether() {
        SecureSerializer writer = world.member(M1);
        Draft one = writer.draft(request(0, A1), new Recipient.One(A1));
        Draft other = writer.draft(request(0, A2), new Recipient.One(A2));

        assertThat(one.wrapper()).isNotNull().isNotEqualTo(other.wrapper());
    }

    /** So that an agent can bury it, or have it delivered again alone, without being able to sign for its sender. */
    @Test
    void eachPacketCanBeReadWithoutTheOthersByAgentAndMappers() {
        List<Bytes> packets = packed(world.member(M1), three(), A1);

        assertThat(read(world.member(A1), packets.get(2))).isEqualTo(request(2, A1));
        assertThat(read(world.member(M2), packets.get(1))).isEqualTo(request(1, A1));
        assertRefused(packets.get(0), A2, RefusalReason.NOT_FOR_US);
    }

    @Test
    void aChangedPacketIsRefusedAndItsNeighboursAreNot() {
        List<Bytes> packets = packed(world.member(M1), three(), A1);
        byte[] changed = packets.get(1).toArray().clone();
        changed[changed.length - 20] ^= 1;
        SecureSerializer reader = world.member(A1);

        assertThat(read(reader, packets.get(0))).isEqualTo(request(0, A1));
        assertThatThrownBy(() -> read(reader, Bytes.of(changed))).isInstanceOf(SerializationException.class);
        assertThat(read(reader, packets.get(2))).isEqualTo(request(2, A1));
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.TAMPERED);
    }

    @Test
    void aPacketInThePlaceOfAnotherIsRefused() {
        Bytes packet = packed(world.member(M1), three(), A1).get(0);
        byte[] moved = packet.toArray().clone();
        int index = Integer.BYTES + ByteBuffer.wrap(moved).getInt();
        ByteBuffer.wrap(moved).putShort(index, (short) 1);
        byte[] beyond = packet.toArray().clone();
        ByteBuffer.wrap(beyond).putShort(index, (short) 3);

        assertRefused(Bytes.of(moved), A1, RefusalReason.TAMPERED);
        assertRefused(Bytes.of(beyond), A1, RefusalReason.TAMPERED);
    }

    @Test
    void aPacketBehindTheEnvelopeOfAnotherPackIsRefused() {
        byte[] one = packed(world.member(M1), three(), A1).get(0).toArray();
        byte[] other = packed(world.member(M1), three(), A1).get(0).toArray();
        int envelope = Integer.BYTES + ByteBuffer.wrap(other).getInt();
        int rest = Integer.BYTES + ByteBuffer.wrap(one).getInt();
        byte[] mixed = ByteBuffer.allocate(envelope + one.length - rest)
                .put(other, 0, envelope)
                .put(one, rest, one.length - rest)
                .array();

        assertRefused(Bytes.of(mixed), A1, RefusalReason.TAMPERED);
    }

    /** Whoever may read it has its key, and seals something else with that: only the signature says that it is not the sender's. */
    @Test
    void aReaderCannotPutAnotherPacketIn() throws GeneralSecurityException, IOException {
        Bytes packet = packed(world.member(M1), three(), A1).get(0);
        Pieces.Sealed sealed = Pieces.parse(packet);
        SignedPack pack = pack(sealed.envelope(), M2);
        Request forged = request(7, A1);
        Bytes piece = new SignedPack.Piece(
                        "Request",
                        "token7",
                        SignedPacket.micros(world.time.now().plusSeconds(60)),
                        Bytes.of(world.json.write(forged, new Recipient.One(A1))))
                .encoded();
        var wrapped = Pieces.wrapped(sealed.envelope().toArray(), pack.key(), List.of(piece, piece));

        assertRefused(joined(wrapped.head(), wrapped.rests().get(0)), A1, RefusalReason.TAMPERED, forged);
    }

    @Test
    void whatWasReadIsNotReadAgainUnlessTheBrokerDeliversItAgain() {
        List<Bytes> packets = packed(world.member(M1), three(), A1);
        SecureSerializer strict = world.member(A1);
        SecureSerializer weakened = world.weakened(A1, Set.of(RefusalReason.REPLAY));
        packets.forEach(packet -> read(strict, packet));
        packets.forEach(packet -> read(weakened, packet));

        for (Bytes packet : packets) {
            assertThatThrownBy(() -> read(strict, packet)).isInstanceOf(SerializationException.class);
        }
        assertThat(strict.refusals()).containsExactly(Map.entry(RefusalReason.REPLAY, 3L));
        assertThat(read(weakened, packets.get(1))).isEqualTo(request(1, A1));
        assertThat(strict.read(packets.get(1), Pieces.CONTENT_TYPE, true)).isEqualTo(request(1, A1));
    }

    @Test
    void anAnswerInTheNameOfAnotherAgentIsRefusedAmongOthersToo() {
        List<Bytes> packets = packed(world.member(A1), List.of(result(0, A1), result(1, A2)), M1);
        SecureSerializer reader = world.member(M1);

        assertThat(read(reader, packets.get(0))).isEqualTo(result(0, A1));
        assertRefused(packets.get(1), M1, RefusalReason.IDENTITY, result(1, A2));
    }

    @Test
    void workFromAnAgentIsRefusedAmongOthersToo() {
        List<Deliverable> work = List.of(World.request(A1, A2), World.request(A1, A2));

        assertRefused(packed(world.member(A1), work, A2).get(1), A2, RefusalReason.ROLE, work.get(1));
    }

    @Test
    void aPacketIsWhatItsPieceSays() throws GeneralSecurityException, IOException {
        Request real = request(0, A1);
        Bytes written = Bytes.of(world.json.write(real, new Recipient.One(A1)));
        long expires = SignedPacket.micros(world.time.now().plusSeconds(60));

        assertRefused(
                signed(new SignedPack.Piece("Push", "token0", expires, written)), A1, RefusalReason.CONTENT, real);
        assertRefused(
                signed(new SignedPack.Piece("Request", "token1", expires, written)), A1, RefusalReason.CONTENT, real);
        assertThat(read(world.member(A1), signed(new SignedPack.Piece("Request", "token0", expires, written))))
                .isEqualTo(real);
    }

    @Test
    void thePacketsOfAPackEndEachAtItsTime() {
        Request brief = request(0, A1).with(Metadata.until(world.time.now().plusSeconds(1)));
        List<Bytes> packets = packed(world.member(M1), List.of(brief, request(1, A1)), A1);
        world.time.advance(Duration.ofMinutes(5));

        assertThat(read(world.member(A1), packets.get(1))).isEqualTo(request(1, A1));
        assertRefused(packets.get(0), A1, RefusalReason.EXPIRED, brief);
    }

    /** That the envelope was opened already says nothing about its signer now. */
    @Test
    void aSignerThatIsCalledBackBetweenTwoPacketsIsRefused() {
        List<Bytes> packets = packed(world.member(M1), three(), A1);
        SecureSerializer reader = world.member(A1);
        SecureSerializer weakened = world.weakened(A1, Set.of(RefusalReason.REVOKED));
        read(reader, packets.get(0));
        world.revoke(world.authority.revoking(world.of(M1).certificate()));

        assertThatThrownBy(() -> read(reader, packets.get(1))).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.REVOKED);
        assertThat(read(weakened, packets.get(1))).isEqualTo(request(1, A1));
    }

    @Test
    void aPackThatIsOnlySignedIsRefused() throws GeneralSecurityException, IOException {
        Pieces.Sealed sealed =
                Pieces.parse(packed(world.member(M1), three(), A1).get(0));
        byte[] signed = world.opened(sealed.envelope().toArray(), A1);
        byte[] only = ByteBuffer.allocate(
                        Integer.BYTES + signed.length + 2 + sealed.sealed().length())
                .putInt(signed.length)
                .put(signed)
                .putShort((short) 0)
                .put(sealed.sealed().toArray())
                .array();

        assertRefused(Bytes.of(only), A1, RefusalReason.NOT_SEALED);
    }

    @Test
    void whatIsChangedSomewhereIsNeverReadAsSomethingElse() {
        Bytes packet = packed(world.member(M1), three(), A1).get(1);
        Random random = new Random(7);
        SecureSerializer reader = world.member(A1);
        for (int i = 0; i < 500; i++) {
            byte[] changed = packet.toArray().clone();
            changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            try {
                assertThat(reader.read(Bytes.of(changed), Pieces.CONTENT_TYPE, true))
                        .isEqualTo(request(1, A1));
            } catch (SerializationException expected) {
                // As it should be.
            }
        }
        for (int length = 0; length < packet.length(); length += 7) {
            Bytes cut = packet.slice(0, length);
            assertThatThrownBy(() -> read(reader, cut)).isInstanceOf(SerializationException.class);
        }
        assertThat(read(reader, packed(world.member(M1), three(), A1).get(1))).isEqualTo(request(1, A1));
    }

    /** Two packets that a mapper signed, the first with this piece. */
    private Bytes signed(SignedPack.Piece piece) throws GeneralSecurityException, IOException {
        List<Bytes> pieces = List.of(piece.encoded(), piece.encoded());
        byte[] key = new byte[Sealing.KEY_BYTES];
        SignedPack pack = new SignedPack(
                "shop",
                M1,
                List.of(A1.value()),
                new SignedPacket.Nonce(8, 9),
                SignedPacket.micros(world.time.now()),
                "application/json",
                Bytes.of(key),
                Pieces.digests(pieces),
                null);
        byte[] signed =
                new Signing(new SecureRandom(), new CertificateFacts(), false).sign(pack.encoded(), world.of(M1));
        var wrapped = Pieces.wrapped(world.sealed(signed, A1), pack.key(), pieces);
        return joined(wrapped.head(), wrapped.rests().get(0));
    }

    private SignedPack pack(Bytes envelope, Identity reader) throws GeneralSecurityException, IOException {
        byte[] signed = world.opened(envelope.toArray(), reader);
        return SignedPack.decode(
                Signing.parse(ContentInfo.getInstance(signed)).content().toArray());
    }

    private static Bytes joined(Bytes head, Bytes rest) {
        return Bytes.of(ByteBuffer.allocate(head.length() + rest.length())
                .put(head.toArray())
                .put(rest.toArray())
                .array());
    }

    private void assertRefused(Bytes packet, Identity reader, RefusalReason reason) {
        SecureSerializer strict = world.member(reader);

        assertThatThrownBy(() -> read(strict, packet)).isInstanceOf(SerializationException.class);
        assertThat(strict.refusals()).containsOnlyKeys(reason);
    }

    /** Refused, for this reason; and the twin that does not look believes what the attacker wants. */
    private void assertRefused(Bytes packet, Identity reader, RefusalReason reason, Packet wanted) {
        assertRefused(packet, reader, reason);
        assertThat(read(world.weakened(reader, Set.of(reason)), packet)).isEqualTo(wanted);
    }
}
