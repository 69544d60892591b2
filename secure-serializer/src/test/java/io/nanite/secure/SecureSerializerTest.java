package io.nanite.secure;

import static io.nanite.secure.World.A1;
import static io.nanite.secure.World.A2;
import static io.nanite.secure.World.M1;
import static io.nanite.secure.World.M2;
import static io.nanite.secure.World.ping;
import static io.nanite.secure.World.read;
import static io.nanite.secure.World.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.FileStart;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class SecureSerializerTest {

    private static final Token TOKEN = new Token("349eecc5088af66b118a37a9082f912c");

    private final World world = new World();

    @Test
    void everyMapperMaySaveWorkFromAnAgentsQueueAndGiveItToAnother() {
        byte[] envelope = world.write(M1, request(M1, A1), A1);

        Packet saved = read(world.member(M2), envelope);
        assertThat(saved).isEqualTo(request(M1, A1));

        byte[] wrappedAgain = world.write(M2, ((Request) saved).to(A2), A2);
        assertThat(read(world.member(A2), wrappedAgain)).isEqualTo(request(M1, A2));
        assertRefused(world.member(A1), wrappedAgain);
    }

    @Test
    void whatIsLeftForAnyMapperIsReadByMappersAlone() {
        byte[] parked = world.member(M1).write(request(M1, A1), new Recipient.EveryMapper());

        assertThat(new String(parked, StandardCharsets.ISO_8859_1)).doesNotContain("100 EUR", "billing");
        assertThat(read(world.member(M1), parked)).isEqualTo(request(M1, A1));
        assertThat(read(world.member(M2), parked)).isEqualTo(request(M1, A1));
        assertRefused(world.member(A1), parked);
    }

    @Test
    void aMapperThatComesLaterCannotReadWhatWasLeftBefore() {
        byte[] parked = world.member(M1).write(request(M1, A1), new Recipient.EveryMapper());
        Identity later = Identity.mapper("later");
        world.join(world.authority.issue(later));

        assertRefused(world.member(later), parked);
    }

    @Test
    void nothingIsLeftForMappersWhereNoneHasACertificate() {
        SecureSerializer agent = new SecureSerializer(
                world.json,
                world.authority.config(),
                List.of(world.of(A1)),
                new StaticCertificates(List.of(world.of(A1).certificate()), null),
                world.time);

        assertThatThrownBy(() -> agent.write(request(A1, A2), new Recipient.EveryMapper()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("every mapper");
    }

    @Test
    void whatIsNotForAllAgentsIsNotWrittenForAllAgents() {
        SecureSerializer writer = world.member(M1);

        assertThatThrownBy(() -> writer.write(new FileStart("a", "b", TOKEN), new Recipient.EveryAgent()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("every agent");
    }

    @Test
    void anAgentAsksMappersAndAMapperHandsOnWhatItAsked() {
        byte[] asked = world.member(A1).write(request(A1, A2), new Recipient.EveryMapper());
        Packet question = read(world.member(M1), asked);

        byte[] handedOn = world.write(M1, question, A2);

        assertThat(read(world.member(A2), handedOn)).isEqualTo(request(A1, A2));
    }

    @Test
    void aMapperHandsOnTheNewsOfAgents() {
        IntermediateMessage news = new IntermediateMessage(TOKEN, A1, A2, "progress", Payload.of(5), 1);

        assertThat(read(world.member(A1), world.write(M1, news, A1))).isEqualTo(news);
    }

    @Test
    void anAgentsCancellationReachesMappersAndNoAgent() {
        Cancel cancel = new Cancel(TOKEN, A1);

        assertThat(read(world.member(M1), world.member(A1).write(cancel, new Recipient.EveryMapper())))
                .isEqualTo(cancel);
        assertRefused(world.member(A2), world.write(A1, cancel, A2));
    }

    @Test
    void membersWithKeysOfEitherKindUnderstandOneAnother() {
        world.join(world.authority.issueRsa(M2));

        assertThat(read(world.member(A1), world.write(M2, request(M2, A1), A1))).isEqualTo(request(M2, A1));
        assertThat(read(world.member(M2), world.write(M1, request(M1, A1), A1))).isEqualTo(request(M1, A1));
        assertThat(read(world.member(A1), world.write(M1, request(M1, A1), A1))).isEqualTo(request(M1, A1));
    }

    @Test
    void whileOneCertificateFollowsAnotherBothAreRead() {
        Credentials older = world.of(A1);
        Credentials newer = world.authority.issue(A1);
        CertificateStore both = new StaticCertificates(
                List.of(older.certificate(), newer.certificate(), world.of(M1).certificate()), null);
        SecureSerializer mapper = member(world.of(M1), both);

        byte[] work = mapper.write(request(M1, A1), new Recipient.One(A1));
        assertThat(read(member(older, both), work)).isEqualTo(request(M1, A1));
        assertThat(read(member(newer, both), work)).isEqualTo(request(M1, A1));

        assertThat(read(mapper, member(older, both).write(ping(A1), new Recipient.EveryMapper())))
                .isEqualTo(ping(A1));
        world.time.advance(Duration.ofSeconds(1));
        assertThat(read(mapper, member(newer, both).write(ping(A1), new Recipient.EveryMapper())))
                .isEqualTo(ping(A1));
    }

    @Test
    void aMemberWithTwoCredentialsReadsWhatRestedWhileItsCertificateChanged() {
        byte[] rested = world.write(M1, request(M1, A1), A1);
        Credentials newer = world.authority.issue(A1);
        SecureSerializer renewed = new SecureSerializer(
                world.json, world.authority.config(), List.of(newer, world.of(A1)), world, world.time);

        assertThat(read(renewed, rested)).isEqualTo(request(M1, A1));
    }

    @Test
    void workCountsUntilItsDeadlineAndAMinute() {
        long deadline = world.time.now().plusSeconds(10).toEpochMilli();
        Packet work = request(M1, A1).with(new Metadata(deadline, 1, 0, null, List.of()));
        byte[] envelope = world.write(M1, work, A1);

        world.time.advance(Duration.ofSeconds(70 + 30));
        assertThat(read(world.member(A1), envelope)).isEqualTo(work);

        world.time.advance(Duration.ofMillis(1));
        assertRefused(world.member(A1), envelope);
    }

    @Test
    void whatLiesAmongTheDeadLettersCanBeLookedAtWheneverAndAgain() {
        long deadline = world.time.now().plusSeconds(10).toEpochMilli();
        Packet work = request(M1, A1).with(new Metadata(deadline, 1, 0, null, List.of()));
        byte[] byItsMapper = world.write(M1, work, A1);
        byte[] byItsAgent = world.member(A1).write(work, new Recipient.EveryMapper());
        SecureSerializer looking = world.member(M2);

        world.time.advance(Duration.ofDays(1));
        for (int look = 0; look < 2; look++) {
            for (byte[] letter : List.of(byItsMapper, byItsAgent)) {
                assertThat(looking.readBuried(Bytes.of(letter), SecureSerializer.CONTENT_TYPE))
                        .isEqualTo(work);
                assertRefused(looking, letter);
            }
        }
        byte[] forOneMapper = world.write(A1, work, M2);
        assertThatThrownBy(() -> looking.readBuried(Bytes.of(forOneMapper), SecureSerializer.CONTENT_TYPE))
                .isInstanceOf(SerializationException.class);
        assertThatThrownBy(() -> world.member(A2).readBuried(Bytes.of(byItsAgent), SecureSerializer.CONTENT_TYPE))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void keysThatAreTooWeakAreNoCredentials() throws NoSuchAlgorithmException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(1024);

        assertThatThrownBy(() -> world.authority.issue(world.authority.wish(A1), generator.generateKeyPair()))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("2048");
    }

    @Test
    void credentialsOfSeveralMembersAreRefused() {
        assertThatThrownBy(() -> new SecureSerializer(
                        world.json, world.authority.config(), List.of(world.of(A1), world.of(A2)), world, world.time))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("nanite-a2");
        assertThat(world.of(A1)).hasToString("credentials of nanite-a1");
    }

    @Test
    void anApplicationNeedsANameAndAnAuthority() {
        assertThatThrownBy(() -> SecureConfig.of("a/b", List.of(world.authority.certificate())))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("application");
        assertThatThrownBy(() -> SecureConfig.of("shop", List.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("authorities");
    }

    @Test
    void aStoreThatFailsIsARefusal() {
        CertificateStore failing = new Failing();
        byte[] envelope = world.member(A1).write(ping(A1), new Recipient.EveryMapper());
        SecureSerializer reader = member(world.of(M1), failing);

        assertRefused(reader, envelope);
        assertThat(reader.refusals()).isEqualTo(Map.of(RefusalReason.UNKNOWN_SENDER, 1L));
        assertThatThrownBy(() -> reader.write(request(M1, A1), new Recipient.One(A1)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("a store that answers");
    }

    private static final class Failing implements CertificateStore {

        @Override
        public List<X509Certificate> certificates(Identity identity) {
            throw new IllegalStateException("away");
        }

        @Override
        public Set<Identity> mappers() {
            return Set.of();
        }

        @Override
        public @Nullable X509CRL revocations() {
            return null;
        }
    }

    private SecureSerializer member(Credentials credentials, CertificateStore store) {
        return new SecureSerializer(world.json, world.authority.config(), List.of(credentials), store, world.time);
    }

    private static void assertRefused(SecureSerializer reader, byte[] envelope) {
        assertThatThrownBy(() -> read(reader, envelope)).isInstanceOf(SerializationException.class);
    }
}
