package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.HandTransport.HandPart;
import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.secure.SecureConfig;
import io.nanite.secure.SecureSerializer;
import io.nanite.secure.SessionLimits;
import io.nanite.testkit.ManualLoop;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was asked in a session is buried so that mappers can read it, and nobody else. */
class SealedDeadLettersTest {

    private static final Identity AGENT = TestAgent.SELF;
    private static final Identity OTHER_AGENT = Identity.agent("bob");
    private static final Identity ASKING = TestAgent.MAPPER;
    private static final Identity SAVING = Identity.mapper("web2");
    private static final TokenSource TOKENS = TokenSource.secure();
    private static final String REASON = "Poisoned: begun 4 times";

    @TempDir
    Path folder;

    private final HandTransport transport = new HandTransport();
    private CertificateFolder certificates;
    private SecureSerializer agent;
    private SecureSerializer asking;

    @BeforeEach
    void certificates() {
        Path shop = folder.resolve("shop");
        CertificateAuthority authority =
                CertificateAuthority.create(shop, "shop", Duration.ofDays(10), null, TimeSource.system());
        for (Identity member : List.of(AGENT, OTHER_AGENT, ASKING, SAVING)) {
            authority.issue(member, KeyKind.P256, Duration.ofDays(5), KeyForm.PKCS8, null);
        }
        certificates = new CertificateFolder(shop);
        agent = serializer(AGENT);
        asking = serializer(ASKING);
    }

    private SecureSerializer serializer(Identity member) {
        return new SecureSerializer(
                Formats.json(),
                SecureConfig.of("shop", certificates.authorities()).withSessions(SessionLimits.DEFAULT),
                certificates.credentials(member, null),
                certificates.members(),
                TimeSource.system());
    }

    private static Request request(String text) {
        return new Request(
                Service.parse("/simple/echo"),
                Payload.of(text),
                ASKING,
                TOKENS.next(),
                ASKING,
                "least_loaded",
                AGENT,
                false,
                Set.of(),
                false,
                Metadata.NONE);
    }

    /** Work that was asked in a session, as it arrives. */
    private HandPart askedInSession(Request request) {
        Request first = request("first");
        Draft offer = asking.live(first, new Recipient.One(AGENT), false);
        agent.read(offer.bytes(), offer.contentType());
        Draft answer = agent.answer(
                new Result(first.token(), ASKING, AGENT, Outcome.success("first"), 10),
                new Recipient.One(ASKING),
                false,
                offer.bytes(),
                offer.contentType());
        asking.read(answer.bytes(), answer.contentType());
        Draft asked = asking.live(request, new Recipient.One(AGENT), false);
        return transport.new HandPart(asked.bytes(), asked.contentType(), Map.of());
    }

    private DeadLetters deadLetters() {
        return new DeadLetters(AGENT, agent, transport, new ManualLoop(), new Counts());
    }

    private Parcel buried() {
        return transport.events(Event.Published.class).get(0).parcel();
    }

    @Test
    void workOfASessionIsBuriedForEveryMapperAndForNobodyElse() {
        Request request = request("kept from others");
        HandPart part = askedInSession(request);
        assertThat(agent.isLive(part.contentType())).isTrue();
        Request read = (Request) agent.read(part.body(), part.contentType());

        deadLetters().buryWork(part, read, REASON);

        Parcel letter = buried();
        assertThat(letter.to()).isEqualTo(Address.DEAD_LETTER);
        assertThat(letter.persistent()).isTrue();
        assertThat(letter.headers()).containsEntry("x-reason", REASON);
        assertThat(letter.contentType()).isEqualTo(SecureSerializer.CONTENT_TYPE);
        assertThat(new String(letter.body().toArray(), StandardCharsets.ISO_8859_1))
                .doesNotContain("kept from others");
        assertThat(asking.readBuried(letter.body(), letter.contentType())).isEqualTo(request);
        assertThat(serializer(SAVING).readBuried(letter.body(), letter.contentType()))
                .isEqualTo(request);
        assertThatThrownBy(() -> serializer(OTHER_AGENT).readBuried(letter.body(), letter.contentType()))
                .isInstanceOf(SerializationException.class);
        // As work that came it is not for an agent to say what a mapper asked.
        assertThatThrownBy(() -> serializer(SAVING).read(letter.body(), letter.contentType()))
                .isInstanceOf(SerializationException.class);
        assertThat(transport.events(Event.Settled.class)).containsExactly(new Event.Settled(part));
    }

    /** The negative twin: as it came, no other mapper can read it. */
    @Test
    void asItCameItWouldBeLostOnEveryOther() {
        HandPart part = askedInSession(request("x"));

        deadLetters().bury(part, null, REASON);

        Parcel letter = buried();
        assertThat(letter.body()).isEqualTo(part.body());
        assertThatThrownBy(() -> serializer(SAVING).readBuried(letter.body(), letter.contentType()))
                .isInstanceOf(SerializationException.class);
    }

    /** What was asked in an envelope is buried in that, which every mapper can read. */
    @Test
    void workOfAnEnvelopeIsBuriedAsItCame() {
        Request request = request("x");
        byte[] envelope = asking.write(request, new Recipient.One(AGENT));
        HandPart part = transport.new HandPart(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE, Map.of());
        Request read = (Request) agent.read(part.body(), part.contentType());

        deadLetters().buryWork(part, read, REASON);

        assertThat(buried().body()).isEqualTo(part.body());
        assertThat(serializer(SAVING).readBuried(buried().body(), buried().contentType()))
                .isEqualTo(request);
    }
}
