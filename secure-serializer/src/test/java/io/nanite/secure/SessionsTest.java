package io.nanite.secure;

import static io.nanite.secure.World.A1;
import static io.nanite.secure.World.A2;
import static io.nanite.secure.World.M1;
import static io.nanite.secure.World.M2;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Wrapper;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.bouncycastle.asn1.cms.ContentInfo;
import org.bouncycastle.crypto.params.ECPrivateKeyParameters;
import org.junit.jupiter.api.Test;

/** Mappers and agents that agree on sessions: what goes in them, what ends them, and what attackers can do to them. */
final class SessionsTest {

    private final World world = new World();
    private final SessionLimits limits = SessionLimits.DEFAULT;
    private SecureSerializer mapper = member(M1);
    private SecureSerializer agent = member(A1);
    private int number;

    /** Bytes on their way, and what they are. */
    private record Sent(Bytes bytes, String contentType) {

        boolean inSession() {
            return contentType.equals(Session.CONTENT_TYPE);
        }

        Sent with(byte[] changed) {
            return new Sent(Bytes.of(changed), contentType);
        }
    }

    private SecureSerializer member(Identity identity) {
        return member(identity, limits, Checks.strict());
    }

    private SecureSerializer member(Identity identity, SessionLimits of, Checks checks) {
        return world.member(identity, world.authority.config().withSessions(of), checks);
    }

    private SecureSerializer weakened(Identity identity, RefusalReason... ignored) {
        Set<RefusalReason> reasons = Set.of(ignored);
        return member(identity, limits, (passed, reason) -> {
            if (!passed && !reasons.contains(reason)) {
                throw new RefusedException(reason);
            }
        });
    }

    private Request request(Identity from, Identity to) {
        return new Request(
                Service.parse("/billing/pay"),
                Payload.of("100 EUR"),
                from,
                new Token("token" + ++number),
                from,
                "least_loaded",
                to,
                false,
                Set.of(),
                false,
                Metadata.NONE);
    }

    private static Result result(Request asked, Identity agent) {
        return new Result(asked.token(), asked.from(), agent, new Outcome.Success(Payload.of("paid")), 10);
    }

    private static Sent finished(Draft draft) {
        Wrapper wrapper = draft.wrapper();
        if (wrapper == null) {
            return new Sent(draft.bytes(), draft.contentType());
        }
        Wrapper.Wrapped wrapped = wrapper.wrap(List.of(draft.bytes()));
        return new Sent(wrapped.rests().get(0), wrapped.contentType());
    }

    private static Sent ask(SecureSerializer from, Request request) {
        return finished(from.live(request, new Recipient.One(Objects.requireNonNull(request.target())), true));
    }

    private static Sent answer(SecureSerializer from, Request request, Sent question) {
        return finished(from.answer(
                result(request, from.identity()),
                new Recipient.One(request.from()),
                true,
                question.bytes(),
                question.contentType()));
    }

    private static Packet read(SecureSerializer reader, Sent sent) {
        return reader.read(sent.bytes(), sent.contentType());
    }

    /** One question and its answer; returns how the question went. */
    private Sent roundTrip(SecureSerializer asking, SecureSerializer answering) {
        Request request = request(asking.identity(), answering.identity());
        Sent question = ask(asking, request);
        assertThat(read(answering, question)).isEqualTo(request);
        Sent answer = answer(answering, request, question);
        assertThat(answer.inSession()).isEqualTo(question.inSession());
        assertThat(read(asking, answer)).isEqualTo(result(request, answering.identity()));
        return question;
    }

    private void agree() {
        assertThat(roundTrip(mapper, agent).inSession()).isFalse();
        assertThat(roundTrip(mapper, agent).inSession()).isTrue();
    }

    private Sent pinged(SecureSerializer from, String boot, int epoch) {
        Ping ping = new Ping(from.identity(), Status.of(0.5), new Vitals(4, 0, boot, epoch, "1", true));
        return new Sent(Bytes.of(from.write(ping, new Recipient.EveryMapper())), SecureSerializer.CONTENT_TYPE);
    }

    // ---- agreeing

    @Test
    void theFirstQuestionAndItsAnswerAgreeOnASessionForAllThatFollow() {
        agree();
        for (int i = 0; i < 100; i++) {
            assertThat(roundTrip(mapper, agent).inSession()).isTrue();
        }
        assertThat(mapper.refusals()).isEmpty();
        assertThat(agent.refusals()).isEmpty();
    }

    @Test
    void whoHasNoSessionsIsAskedAsBefore() {
        SecureSerializer plain = world.member(A1);
        for (int i = 0; i < 3; i++) {
            assertThat(roundTrip(mapper, plain).inSession()).isFalse();
            assertThat(roundTrip(world.member(M1), agent).inSession()).isFalse();
        }
    }

    /** In a pack too: the agreement stands in what is signed for all of it. */
    @Test
    void aPackCarriesAnAgreementAsWell() {
        List<Request> asked = List.of(request(M1, A1), request(M1, A1));
        List<Draft> drafts = asked.stream()
                .map(each -> mapper.live(each, new Recipient.One(A1), true))
                .toList();
        Wrapper wrapper = Objects.requireNonNull(drafts.get(0).wrapper());
        assertThat(wrapper).isEqualTo(drafts.get(1).wrapper());
        Wrapper.Wrapped wrapped = wrapper.wrap(drafts.stream().map(Draft::bytes).toList());
        for (int i = 0; i < 2; i++) {
            byte[] packet =
                    new byte[wrapped.head().length() + wrapped.rests().get(i).length()];
            System.arraycopy(
                    wrapped.head().toArray(), 0, packet, 0, wrapped.head().length());
            System.arraycopy(
                    wrapped.rests().get(i).toArray(),
                    0,
                    packet,
                    wrapped.head().length(),
                    packet.length - wrapped.head().length());
            Sent question = new Sent(Bytes.of(packet), wrapped.contentType());
            assertThat(read(agent, question)).isEqualTo(asked.get(i));
            read(mapper, answer(agent, asked.get(i), question));
        }

        assertThat(roundTrip(mapper, agent).inSession()).isTrue();
    }

    /** The answers before the first question in a session all carry the agreement: the first of them may get lost. */
    @Test
    void anAnswerThatGetsLostDoesNotKeepThemFromAgreeing() {
        Request lost = request(M1, A1);
        Sent question = ask(mapper, lost);
        read(agent, question);
        answer(agent, lost, question);

        agree();
    }

    @Test
    void whatRestsOrGoesToManyOrIsSentAgainIsForNoSession() {
        agree();
        Request persistent = new Request(
                Service.parse("/billing/pay"),
                Payload.of("100 EUR"),
                M1,
                new Token("persistent"),
                M1,
                "least_loaded",
                A1,
                true,
                Set.of(),
                false,
                Metadata.NONE);
        Request forwarded = request(M2, A1);

        assertThat(ask(mapper, persistent).inSession()).isFalse();
        assertThat(finished(mapper.live(forwarded, new Recipient.One(A1), true)).inSession())
                .as("another mapper waits for it")
                .isFalse();
        assertThat(finished(mapper.draft(request(M1, A1), new Recipient.One(A1)))
                        .inSession())
                .as("sent again")
                .isFalse();
    }

    /** Whoever asks by the certificates is answered by them: it may have lost the session. */
    @Test
    void anAnswerGoesTheWayOfItsQuestion() {
        agree();
        Request request = request(M1, A1);
        Sent again = finished(mapper.draft(request, new Recipient.One(A1)));
        read(agent, again);

        assertThat(answer(agent, request, again).inSession()).isFalse();
    }

    // ---- ending

    @Test
    void anAgentThatWasRestartedIsAskedByItsCertificateAndThenInANewSession() {
        read(mapper, pinged(agent, "boot1", 0));
        agree();
        Request old = request(M1, A1);
        Sent inQueue = ask(mapper, old);
        agent = member(A1);
        world.time.advance(Duration.ofSeconds(1));

        assertThatThrownBy(() -> read(agent, inQueue))
                .isInstanceOfSatisfying(SerializationException.class, e -> assertThat(e.sender())
                        .isEqualTo(M1));
        assertThat(agent.refusals()).containsOnlyKeys(RefusalReason.UNKNOWN_SESSION);
        read(mapper, pinged(agent, "boot2", 0));
        assertThat(read(agent, finished(mapper.draft(old, new Recipient.One(A1)))))
                .isEqualTo(old);
        agree();
    }

    /** What the old life answered last is not lost. */
    @Test
    void whatAnAgentAnsweredBeforeItsNewLifeIsReadAfterIt() {
        read(mapper, pinged(agent, "boot1", 0));
        agree();
        Request asked = request(M1, A1);
        Sent question = ask(mapper, asked);
        read(agent, question);
        Sent late = answer(agent, asked, question);
        assertThat(late.inSession()).isTrue();
        read(mapper, pinged(agent, "boot1", 1));

        assertThat(ask(mapper, request(M1, A1)).inSession()).isFalse();
        assertThat(read(mapper, late)).isEqualTo(result(asked, A1));
    }

    @Test
    void aMapperThatWasRestartedUnderItsNameAgreesAnew() {
        agree();
        Request old = request(M1, A1);
        Sent before = ask(mapper, old);
        mapper = member(M1);

        agree();
        // What the old one asked is answered in its session, which the new one does not have and need not.
        assertThat(read(agent, before)).isEqualTo(old);
        Sent late = answer(agent, old, before);
        assertThatThrownBy(() -> read(mapper, late)).matches(SessionsTest::isUnknown);
        assertThat(roundTrip(mapper, agent).inSession()).isTrue();
    }

    @Test
    void bothRestartedAgreeAnew() {
        agree();
        mapper = member(M1);
        agent = member(A1);

        agree();
    }

    @Test
    void aSessionIsUsedForSoManyPacketsAndWhatIsUnderWayIsStillRead() {
        SessionLimits few = new SessionLimits(Duration.ofMinutes(1), 10, Duration.ofMinutes(10), 100);
        mapper = member(M1, few, Checks.strict());
        agree();
        int sealed = 0;
        List<Sent> waiting = new ArrayList<>();
        List<Request> asked = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Request request = request(M1, A1);
            Sent question = ask(mapper, request);
            asked.add(request);
            waiting.add(question);
            sealed += question.inSession() ? 1 : 0;
            if (i % 7 == 6) { // they rest in a queue, and come in another order
                Collections.reverse(waiting);
                Collections.reverse(asked);
                for (int k = 0; k < waiting.size(); k++) {
                    assertThat(read(agent, waiting.get(k))).isEqualTo(asked.get(k));
                    assertThat(read(mapper, answer(agent, asked.get(k), waiting.get(k))))
                            .isEqualTo(result(asked.get(k), A1));
                }
                waiting.clear();
                asked.clear();
            }
        }

        assertThat(sealed).isBetween(40, 95);
        assertThat(mapper.refusals()).isEmpty();
        assertThat(agent.refusals()).isEmpty();
    }

    @Test
    void aSessionIsUsedForSoLongAndThenKeptForAWhile() {
        agree();
        Request asked = request(M1, A1);
        Sent question = ask(mapper, asked);
        world.time.advance(limits.rekeyAfter());
        assertThat(ask(mapper, request(M1, A1)).inSession()).isFalse();
        assertThat(read(agent, question)).isEqualTo(asked);
        assertThat(answer(agent, asked, question).inSession()).isTrue();
        world.time.advance(limits.keep());
        Sent late = answer(agent, asked, question);

        assertThat(late.inSession()).as("what may be forgotten when it arrives").isFalse();
        assertThatThrownBy(() -> read(agent, question)).matches(SessionsTest::isUnknown);
    }

    @Test
    void noMoreSessionsAreHeldThanAllowed() {
        SessionLimits two = new SessionLimits(Duration.ofMinutes(1), 1, Duration.ofMinutes(10), 2);
        mapper = member(M1, two, Checks.strict());
        agent = member(A1, two, Checks.strict());
        for (int i = 0; i < 20; i++) {
            roundTrip(mapper, agent);
        }

        assertThat(mapper.sessions()).isLessThanOrEqualTo(2);
        assertThat(agent.sessions()).isLessThanOrEqualTo(2);
        assertThat(agent.refusals()).isEmpty();
    }

    @Test
    void aCertificateThatIsCalledBackEndsItsSessions() {
        agree();
        Sent question = ask(mapper, request(M1, A1));
        SecureSerializer weakened = weakened(A1, RefusalReason.REVOKED);
        Sent underWay = questionTo(weakened);
        world.revoke(world.authority.revoking(world.of(M1).certificate()));

        assertRefused(agent, question, RefusalReason.REVOKED);
        assertThat(agent.sessions()).isZero();
        assertThat(read(weakened, underWay)).isInstanceOf(Request.class);
    }

    @Test
    void nobodyIsAskedWhoseCertificateIsCalledBackOrOver() {
        agree();
        world.revoke(world.authority.revoking(world.of(A1).certificate()));

        assertThatThrownBy(() -> ask(mapper, request(M1, A1)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("nanite-a1");
        assertThat(mapper.sessions()).isZero();
    }

    // ---- attacks

    /** A mapper of its own asks this reader in a session. */
    private Sent questionTo(SecureSerializer reader) {
        SecureSerializer asking = member(M1);
        roundTrip(asking, reader);
        Sent question = ask(asking, request(M1, reader.identity()));
        assertThat(question.inSession()).isTrue();
        return question;
    }

    private static boolean isUnknown(Throwable thrown) {
        return thrown instanceof SerializationException refused && refused.isOfUnknownSession();
    }

    private static void assertRefused(SecureSerializer reader, Sent sent, RefusalReason reason) {
        assertThatThrownBy(() -> read(reader, sent)).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(reason);
    }

    @Test
    void whatWasChangedAnywhereIsRefused() {
        agree();
        Sent question = ask(mapper, request(M1, A1));
        for (int at = 0; at < question.bytes().length(); at++) {
            byte[] changed = question.bytes().toArray().clone();
            changed[at] ^= 1;
            Sent sent = question.with(changed);
            assertThatThrownBy(() -> read(agent, sent)).as("byte %d", at).isInstanceOf(SerializationException.class);
        }
        for (int length = 0; length < question.bytes().length(); length++) {
            Sent cut = new Sent(question.bytes().slice(0, length), question.contentType());
            assertThatThrownBy(() -> read(agent, cut)).isInstanceOf(SerializationException.class);
        }
        assertThat(read(agent, question)).as("none of it was counted as read").isInstanceOf(Request.class);
    }

    @Test
    void whatWasReadIsNotReadAgainUnlessTheBrokerDeliversItAgain() {
        SecureSerializer weakened = weakened(A1, RefusalReason.REPLAY);
        Sent first = questionTo(agent);
        Sent second = questionTo(weakened);
        read(agent, first);
        read(weakened, second);

        assertThat(agent.read(first.bytes(), first.contentType(), true)).isInstanceOf(Request.class);
        assertRefused(agent, first, RefusalReason.REPLAY);
        assertThat(read(weakened, second)).isInstanceOf(Request.class);
    }

    @Test
    void anAnswerIsNotReadTwice() {
        agree();
        Request asked = request(M1, A1);
        Sent question = ask(mapper, asked);
        read(agent, question);
        Sent answer = answer(agent, asked, question);
        read(mapper, answer);

        assertRefused(mapper, answer, RefusalReason.REPLAY);
    }

    /** Its own words, sent back to it, in front of which it stands itself, or the other. */
    @Test
    void whatAMemberSaidItselfIsNotReadFromOthers() {
        agree();
        Request asked = request(M1, A1);
        Sent question = ask(mapper, asked);
        byte[] renamed = question.bytes().toArray().clone();
        byte[] name = A1.value().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        assertThat(name.length).isEqualTo(M1.value().length());
        System.arraycopy(name, 0, renamed, 26, name.length);

        assertRefused(mapper, question, RefusalReason.IDENTITY);
        SecureSerializer again = member(M1);
        SecureSerializer deaf = weakened(M1, RefusalReason.IDENTITY, RefusalReason.ROLE);
        roundTrip(deaf, agent);
        Request own = request(M1, A1);
        assertThat(read(deaf, ask(deaf, own))).as("the twin believes it").isEqualTo(own);
        assertThatThrownBy(() -> read(deaf, question.with(renamed)))
                .as("each direction has its key")
                .isInstanceOf(SerializationException.class);
        assertThat(again.refusals()).isEmpty();
    }

    @Test
    void whatFoundNobodyIsReadByWhoeverWroteIt() {
        agree();
        Request asked = request(M1, A1);
        Sent question = ask(mapper, asked);

        assertThat(mapper.readBack(question.bytes(), question.contentType())).isEqualTo(asked);
        Sent answered = answerTo(asked, question);
        assertThatThrownBy(() -> mapper.readBack(answered.bytes(), answered.contentType()))
                .isInstanceOf(SerializationException.class);
    }

    private Sent answerTo(Request asked, Sent question) {
        read(agent, question);
        return answer(agent, asked, question);
    }

    /** Neither another agent nor another mapper has it, even if it has heard all of it. */
    @Test
    void nobodyElseCanReadIt() {
        Request first = request(M1, A1);
        Sent offer = ask(mapper, first);
        SecureSerializer saving = member(M2);
        assertThat(read(saving, offer)).as("what agrees is for mappers too").isEqualTo(first);
        read(agent, offer);
        Sent agreeing = answer(agent, first, offer);
        read(mapper, agreeing);
        Sent question = ask(mapper, request(M1, A1));
        assertThat(question.inSession()).isTrue();

        assertThatThrownBy(() -> read(saving, question)).matches(SessionsTest::isUnknown);
        assertThatThrownBy(() -> read(member(A2), question)).matches(SessionsTest::isUnknown);
    }

    @Test
    void theSessionOfAnotherPairIsRefused() {
        agree();
        SecureSerializer other = member(M2);
        roundTrip(other, agent);
        Sent fromM2 = ask(other, request(M2, A1));
        assertThat(fromM2.inSession()).isTrue();
        byte[] front = ask(mapper, request(M1, A1)).bytes().toArray();
        // M2's words in M1's session.
        byte[] mixed = fromM2.bytes().toArray().clone();
        System.arraycopy(front, 0, mixed, 0, 17);

        assertRefused(agent, fromM2.with(mixed), RefusalReason.IDENTITY);
        byte[] renamed = mixed.clone();
        System.arraycopy(front, 0, renamed, 0, 25);
        System.arraycopy(front, 25, renamed, 25, 1 + M1.value().length());
        SecureSerializer twin = weakened(A1, RefusalReason.IDENTITY);
        assertThatThrownBy(() -> read(twin, fromM2.with(renamed))).isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> read(agent, fromM2.with(renamed))).isInstanceOf(SerializationException.class);
        assertThat(agent.refusals()).containsKey(RefusalReason.TAMPERED);
    }

    /** A member of the application that says in its session what another should say. */
    @Test
    void anAgentCannotAnswerInTheNameOfAnother() {
        agree();
        Request asked = request(M1, A1);
        Sent question = ask(mapper, asked);
        read(agent, question);
        Sent lie = finished(
                agent.answer(result(asked, A2), new Recipient.One(M1), true, question.bytes(), question.contentType()));

        assertRefused(mapper, lie, RefusalReason.IDENTITY);
        SecureSerializer twin = weakened(M1, RefusalReason.IDENTITY);
        roundTrip(twin, agent);
        Request more = request(M1, A1);
        Sent again = ask(twin, more);
        read(agent, again);
        Sent lied = finished(
                agent.answer(result(more, A2), new Recipient.One(M1), true, again.bytes(), again.contentType()));
        assertThat(lied.inSession()).isTrue();
        assertThat(read(twin, lied)).isEqualTo(result(more, A2));
    }

    @Test
    void whatIsTooOldToSayIsAskedForAgainAndNotRead() {
        agree();
        Sent old = ask(mapper, request(M1, A1));
        for (int i = 0; i <= ReplayWindow.MOST; i++) {
            Sent question = ask(mapper, request(M1, A1));
            if (i == ReplayWindow.MOST) {
                read(agent, question);
            }
        }

        assertThatThrownBy(() -> read(agent, old)).matches(SessionsTest::isUnknown);
        assertThat(agent.read(old.bytes(), old.contentType(), true)).isInstanceOf(Request.class);
    }

    /** Nobody can make two members that have sessions speak plainly: what is not signed or sealed is refused as ever. */
    @Test
    void thereIsNoWayBackToPlainText() {
        agree();
        Request plain = request(M1, A1);
        Bytes json = Bytes.of(world.json.write(plain, new Recipient.One(A1)));

        for (String type : List.of("application/json", SecureSerializer.CONTENT_TYPE, Session.CONTENT_TYPE)) {
            assertThatThrownBy(() -> agent.read(json, type)).as(type).isInstanceOf(SerializationException.class);
        }
        assertThat(world.json.read(json, "application/json")).as("the twin").isEqualTo(plain);
    }

    /** An answer to an offer that was made to another, or to one that is over, changes nothing. */
    @Test
    void anAgreementThatIsNotForThisOfferIsNotHeard() {
        Request toA1 = request(M1, A1);
        Sent offerToA1 = ask(mapper, toA1);
        SecureSerializer a2 = member(A2);
        Request toA2 = request(M1, A2);
        Sent offerToA2 = ask(mapper, toA2);
        read(agent, offerToA1);
        read(a2, offerToA2);
        Sent fromA1 = answer(agent, toA1, offerToA1);
        read(mapper, pinged(agent, "boot1", 0)); // forgets the offer
        read(mapper, fromA1);

        assertThat(ask(mapper, request(M1, A1)).inSession()).isFalse();
        read(mapper, answer(a2, toA2, offerToA2));
        assertThat(ask(mapper, request(M1, A2)).inSession()).isTrue();
    }

    @Test
    void aPointThatIsNotOnTheCurveIsRefused() throws Exception {
        byte[] point = new byte[P256.POINT_BYTES];
        point[0] = 4;
        point[64] = 1;
        Request asked = request(M1, A1);
        SignedPacket honest = world.header(M1, A1, asked);
        SignedPacket lying = new SignedPacket(
                honest.application(),
                honest.from(),
                honest.to(),
                honest.type(),
                honest.token(),
                honest.nonce(),
                honest.issued(),
                honest.expires(),
                honest.contentType(),
                honest.packet(),
                new Agreement.Offer(Bytes.of(point)));
        byte[] envelope = world.sealed(world.signed(lying, world.of(M1)), A1);

        assertThatThrownBy(() -> World.read(agent, envelope)).isInstanceOf(SerializationException.class);
        assertThat(agent.refusals()).containsOnlyKeys(RefusalReason.TAMPERED);
        assertThat(agent.sessions()).isZero();
    }

    @Test
    void randomBytesAreNeverRead() {
        agree();
        byte[] good = ask(mapper, request(M1, A1)).bytes().toArray();
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = good.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                changed[random.nextInt(changed.length)] ^= (byte) (1 + random.nextInt(255));
            }
            if (java.util.Arrays.equals(changed, good)) {
                continue;
            }
            assertThatThrownBy(() -> agent.read(Bytes.of(changed), Session.CONTENT_TYPE, true))
                    .isInstanceOf(SerializationException.class);
        }
    }

    // ---- forward secrecy

    /**
     * Somebody records everything, and gets all keys of all certificates later. That opens what was sealed for the certificates,
     * the agreement included, but no session: its keys are of points whose secrets nobody has any more.
     */
    @Test
    void stolenKeysOpenWhatWasRecordedButForSessions() throws Exception {
        Request first = request(M1, A1);
        Sent offer = ask(mapper, first);
        read(agent, offer);
        Sent agreeing = answer(agent, first, offer);
        read(mapper, agreeing);
        Sent recorded = ask(mapper, request(M1, A1));
        assertThat(recorded.inSession()).isTrue();

        SignedPacket opened = opened(agreeing, M1);
        Agreement.Answer points = (Agreement.Answer) Objects.requireNonNull(opened.agreement());
        assertThat(opened(offer, A1).token()).isEqualTo(first.token().value());
        for (Identity thief : List.of(M1, A1)) {
            for (Bytes point : List.of(points.offered(), points.point())) {
                byte[] secret = P256.agree(longTerm(thief), P256.publicKey(point.toArray()));
                assertThatThrownBy(() -> open(recorded, points, secret)).isInstanceOf(Exception.class);
            }
        }
        byte[] both = P256.agree(
                longTerm(M1),
                Objects.requireNonNull(new CertificateFacts().of(world.of(A1).certificate()).point));
        assertThatThrownBy(() -> open(recorded, points, both)).isInstanceOf(Exception.class);
    }

    /** The twin: whoever had one of the secrets that are let go of would open it. */
    @Test
    void whoeverHadTheSecretOfAPointWouldOpenIt() throws Exception {
        P256.Ephemeral kept = P256.ephemeral(new java.security.SecureRandom());
        P256.Ephemeral other = P256.ephemeral(new java.security.SecureRandom());
        Agreement.Answer points = new Agreement.Answer(kept.point(), other.point());
        Session session = session(
                points, P256.agree(other.secret(), P256.publicKey(kept.point().toArray())), M1);
        Request asked = request(M1, A1);
        SignedPack.Piece piece = new SignedPack.Piece(
                "Request",
                asked.token().value(),
                Long.MAX_VALUE,
                Bytes.of(world.json.write(asked, new Recipient.One(A1))));
        Sent recorded = new Sent(Bytes.of(session.seal("application/json", piece)), Session.CONTENT_TYPE);

        assertThat(open(
                                recorded,
                                points,
                                P256.agree(
                                        kept.secret(),
                                        P256.publicKey(other.point().toArray())))
                        .piece()
                        .token())
                .isEqualTo(asked.token().value());
    }

    private SignedPacket opened(Sent sent, Identity thief) throws Exception {
        byte[] signed = world.opened(sent.bytes().toArray(), thief);
        return SignedPacket.decode(
                Signing.parse(ContentInfo.getInstance(signed)).content().toArray());
    }

    private ECPrivateKeyParameters longTerm(Identity member) {
        return P256.privateKey((ECPrivateKey) world.of(member).key());
    }

    /** As the agent would, with this secret. */
    private Session.Opened open(Sent recorded, Agreement.Answer points, byte[] secret) throws Exception {
        Session guessed = session(points, secret, A1);
        Session.Front front = Session.parse(recorded.bytes());
        return guessed.open(front, false);
    }

    private Session session(Agreement.Answer points, byte[] secret, Identity as) throws Exception {
        CertificateFacts facts = new CertificateFacts();
        Session.Parties parties = new Session.Parties(
                "shop",
                M1,
                A1,
                Bytes.of(facts.of(world.of(M1).certificate()).digest),
                Bytes.of(facts.of(world.of(A1).certificate()).digest),
                points.offered(),
                points.point());
        Identity other = as.equals(M1) ? A1 : M1;
        return Session.of(
                secret, parties, as, world.of(as).certificate(), world.of(other).certificate(), 0);
    }
}
