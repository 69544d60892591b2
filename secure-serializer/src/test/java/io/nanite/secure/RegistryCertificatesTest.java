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

import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Identity;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import java.security.cert.X509CRL;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Members that know nothing but their own certificates and the authority's, and learn those of the others. */
final class RegistryCertificatesTest {

    private final World world = new World();

    /** A member with its store; what is called back is given to it by hand. */
    private record Learning(SecureSerializer serializer, RegistryCertificates store) {}

    private Learning learning(Identity identity) {
        return learning(world.of(identity), null, 100);
    }

    private Learning learning(Credentials credentials, @Nullable X509CRL list, int capacity) {
        RegistryCertificates store = new RegistryCertificates(
                new StaticCertificates(List.of(credentials.certificate()), list), capacity, world.time);
        return new Learning(
                new SecureSerializer(
                        world.json,
                        world.authority.config().withCarriesCertificates(true),
                        List.of(credentials),
                        store,
                        world.time),
                store);
    }

    private static byte[] registration(Learning agent, Identity identity) {
        return agent.serializer().write(register(identity), new Recipient.EveryMapper());
    }

    @Test
    void twoThatNeverMetSpeakOnceTheAgentHasRegistered() {
        Learning agent = learning(A1);
        Learning mapper = learning(M1);

        assertThatThrownBy(() -> mapper.serializer().write(request(M1, A1), new Recipient.One(A1)))
                .isInstanceOf(SerializationException.class);

        assertThat(read(mapper.serializer(), registration(agent, A1))).isEqualTo(register(A1));
        byte[] work = mapper.serializer().write(request(M1, A1), new Recipient.One(A1));
        assertThat(read(agent.serializer(), work)).isEqualTo(request(M1, A1));
        assertThat(agent.store().certificates(M1)).containsExactly(world.of(M1).certificate());
    }

    @Test
    void agentsLearnMappersFromTheQuestionWhoIsThere() {
        Learning agent = learning(A1);

        read(agent.serializer(), learning(M1).serializer().write(new Advertise(null), new Recipient.EveryAgent()));

        assertThat(agent.store().mappers()).containsExactly(M1);
        byte[] asked = agent.serializer().write(request(A1, A1), new Recipient.EveryMapper());
        assertThat(asked).isNotEmpty();
    }

    @Test
    void whatIsForAnAgentIsSealedForMappersThatWereHeardOf() {
        Learning agent = learning(A1);
        Learning first = learning(M1);
        Learning second = learning(M2);
        read(first.serializer(), registration(agent, A1));
        read(first.serializer(), second.serializer().write(ping(M2), new Recipient.EveryMapper()));
        read(second.serializer(), first.serializer().write(ping(M1), new Recipient.EveryMapper()));

        byte[] work = first.serializer().write(request(M1, A1), new Recipient.One(A1));

        assertThat(read(second.serializer(), work)).isEqualTo(request(M1, A1));
    }

    @Test
    void aMapperThatIsSilentForLongIsNotSealedForAnyMore() {
        Learning first = learning(M1);
        read(first.serializer(), learning(M2).serializer().write(ping(M2), new Recipient.EveryMapper()));
        assertThat(first.store().mappers()).containsExactly(M1, M2);

        world.time.advance(RegistryCertificates.HERE);

        assertThat(first.store().mappers()).containsExactly(M1);
        assertThat(first.store().certificates(M2)).isNotEmpty();
    }

    @Test
    void aRenewedCertificateIsLearnedBesideTheOld() {
        Learning mapper = learning(M1);
        read(mapper.serializer(), registration(learning(A1), A1));
        Credentials old = world.of(A1);
        Credentials renewed = world.authority.issue(A1);
        world.time.advance(Duration.ofMillis(1));

        read(mapper.serializer(), registration(learning(renewed, null, 100), A1));

        assertThat(mapper.store().certificates(A1)).containsExactlyInAnyOrder(old.certificate(), renewed.certificate());
        byte[] work = mapper.serializer().write(request(M1, A1), new Recipient.One(A1));
        assertThat(read(learning(A1).serializer(), work)).isEqualTo(request(M1, A1));
        assertThat(read(learning(renewed, null, 100).serializer(), work)).isEqualTo(request(M1, A1));
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNotLearned() {
        Learning mapper = learning(M1);
        Credentials stranger = new TestAuthority("shop").issue(A1);
        byte[] forged = new SecureSerializer(
                        world.json,
                        world.authority.config().withCarriesCertificates(true),
                        List.of(stranger),
                        world,
                        world.time)
                .write(register(A1), new Recipient.EveryMapper());

        assertThatThrownBy(() -> read(mapper.serializer(), forged)).isInstanceOf(SerializationException.class);
        assertThat(mapper.serializer().refusals()).containsOnlyKeys(RefusalReason.AUTHORITY);
        assertThat(mapper.store().certificates(A1)).isEmpty();
    }

    @Test
    void aCertificateThatWasCalledBackIsNotLearned() {
        X509CRL list = world.authority.revoking(world.of(A1).certificate());
        Learning mapper = learning(world.of(M1), list, 100);

        assertThatThrownBy(() -> read(mapper.serializer(), registration(learning(A1), A1)))
                .isInstanceOf(SerializationException.class);
        assertThat(mapper.serializer().refusals()).containsOnlyKeys(RefusalReason.REVOKED);
        assertThat(mapper.store().certificates(A1)).isEmpty();
    }

    @Test
    void withTheCertificateOfOneNobodyRegistersAsAnother() {
        Learning mapper = learning(M1);
        byte[] forged = learning(A1).serializer().write(register(A2), new Recipient.EveryMapper());

        assertThatThrownBy(() -> read(mapper.serializer(), forged)).isInstanceOf(SerializationException.class);
        assertThat(mapper.serializer().refusals()).containsOnlyKeys(RefusalReason.IDENTITY);
        assertThat(mapper.store().certificates(A2)).isEmpty();
    }

    @Test
    void whoWasNotHeardOfForTheLongestIsForgottenFirst() {
        Learning mapper = learning(world.of(M1), null, 1);
        read(mapper.serializer(), registration(learning(A1), A1));
        read(mapper.serializer(), registration(learning(A2), A2));

        assertThat(mapper.store().certificates(A1)).isEmpty();
        assertThat(mapper.store().certificates(A2)).isNotEmpty();
    }

    @Test
    void withoutTheCertificateInItNothingIsLearned() {
        Learning mapper = learning(M1);
        byte[] bare = world.member(A1).write(register(A1), new Recipient.EveryMapper());

        assertThatThrownBy(() -> read(mapper.serializer(), bare)).isInstanceOf(SerializationException.class);
        assertThat(mapper.serializer().refusals()).containsOnlyKeys(RefusalReason.UNKNOWN_SENDER);
    }
}
