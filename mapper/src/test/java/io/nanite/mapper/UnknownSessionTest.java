package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;

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
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.TransportListener;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.secure.SecureConfig;
import io.nanite.secure.SecureSerializer;
import io.nanite.secure.SessionLimits;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import io.nanite.testkit.ManualLoop;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Answers in a session that an earlier life of the mapper has agreed on: it asks the agent again, but however many of them come,
 * no more than once in a while.
 */
class UnknownSessionTest {

    private static final Identity AGENT = Identity.agent("fred");
    private static final Identity MAPPER = Identity.mapper("m1");
    private static final String ECHO = "/simple/echo";
    private static final TokenSource TOKENS = TokenSource.secure();

    @TempDir
    Path folder;

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final InMemoryTransport wire = broker.transport("wire");
    private CertificateFolder certificates;
    private SecureSerializer answering;
    private Draft question;
    private HandAgent fred;
    private Mapper mapper;

    @BeforeEach
    void start() {
        Path shop = folder.resolve("shop");
        CertificateAuthority authority =
                CertificateAuthority.create(shop, "shop", Duration.ofDays(10), null, TimeSource.system());
        for (Identity member : List.of(AGENT, MAPPER)) {
            authority.issue(member, KeyKind.P256, Duration.ofDays(5), KeyForm.PKCS8, null);
        }
        certificates = new CertificateFolder(shop);
        answering = serializer(AGENT);
        question = askedInALifeBefore();
        wire.start(new TransportListener() {});
        mapper = Mapper.with(MapperConfig.named(MAPPER.name()))
                .loop(loop)
                .serializer(serializer(MAPPER))
                .start(broker.transport("mapper"));
        loop.run();
        fred = new HandAgent(broker, AGENT.name(), answering).offering(ECHO).register(0.5);
        loop.run();
    }

    @AfterEach
    void close() {
        mapper.close();
        fred.close();
        wire.close();
        assertThat(loop.failures()).isEmpty();
    }

    private SecureSerializer serializer(Identity member) {
        return new SecureSerializer(
                Formats.json(),
                SecureConfig.of("shop", certificates.authorities()).withSessions(SessionLimits.DEFAULT),
                certificates.credentials(member, null),
                certificates.members(),
                TimeSource.system());
    }

    private static Request request() {
        return new Request(
                Service.parse(ECHO),
                Payload.of("x"),
                MAPPER,
                TOKENS.next(),
                MAPPER,
                "least_loaded",
                AGENT,
                false,
                Set.of(),
                false,
                Metadata.NONE);
    }

    /** A question in a session of the agent with a mapper of this name that is no more. */
    private Draft askedInALifeBefore() {
        SecureSerializer before = serializer(MAPPER);
        Recipient agent = new Recipient.One(AGENT);
        Draft offer = before.live(request(), agent, false);
        answering.read(offer.bytes(), offer.contentType());
        Draft agreed = answer(offer);
        before.read(agreed.bytes(), agreed.contentType());
        Draft asked = before.live(request(), agent, false);
        assertThat(answering.isLive(asked.contentType())).isTrue();
        answering.read(asked.bytes(), asked.contentType());
        return asked;
    }

    private Draft answer(Draft to) {
        return answering.answer(
                new Result(TOKENS.next(), MAPPER, AGENT, Outcome.success("x"), 10),
                new Recipient.One(MAPPER),
                false,
                to.bytes(),
                to.contentType());
    }

    private void answerInTheSessionOfBefore() {
        Draft answer = answer(question);
        assertThat(answering.isLive(answer.contentType())).isTrue();
        wire.send(new Parcel(
                Address.repliesTo(MAPPER),
                Bytes.of(answer.bytes().toArray()),
                answer.contentType(),
                null,
                false,
                false,
                Map.of()));
        loop.run();
    }

    private void pass(Duration time) {
        loop.advance(time);
        loop.run();
    }

    @Test
    void whatItAnsweredUnreadablyIsAskedAgainUnderItsToken() throws Exception {
        Job job = mapper.request(ECHO, "x");
        Request first = fred.request();

        answerInTheSessionOfBefore();
        assertThat(fred.work).hasSize(1);
        pass(Duration.ofMillis(250));

        assertThat(fred.work).hasSize(2);
        assertThat(fred.work.get(1).packet().token()).isEqualTo(first.token());
        fred.answer("again");
        assertThat(job.await().values()).isEqualTo(Map.of("fred", "again"));
    }

    @Test
    void howeverManyComeItIsAskedOnceInAWhile() {
        mapper.request(ECHO, "x");
        for (int i = 0; i < 1_000; i++) {
            answerInTheSessionOfBefore();
        }
        pass(Duration.ofMillis(250));
        assertThat(fred.work).hasSize(2);

        for (int i = 0; i < 1_000; i++) {
            answerInTheSessionOfBefore();
        }
        pass(Duration.ofMillis(4_700));
        assertThat(fred.work).hasSize(2);

        // What came meanwhile is asked for once, when the while is over.
        pass(Duration.ofMillis(50));
        pass(Duration.ofMillis(250));
        assertThat(fred.work).hasSize(3);

        // And then nothing comes that would be a reason.
        pass(Duration.ofSeconds(20));
        assertThat(fred.work).hasSize(3);
        assertThat(mapper.unread()).containsEntry("unknown_session", 2_000L);
    }

    /** The negative twin: without such an answer it is not asked again. */
    @Test
    void whereNothingUnreadableComesNothingIsAskedAgain() {
        mapper.request(ECHO, "x");
        pass(Duration.ofSeconds(20));
        assertThat(fred.work).hasSize(1);
    }
}
