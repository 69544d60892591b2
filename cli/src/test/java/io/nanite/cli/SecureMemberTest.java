package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.Credentials;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.secure.RefusalReason;
import io.nanite.secure.SecureSerializer;
import io.nanite.testkit.ManualLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A member that runs on while its folder of certificates changes. */
class SecureMemberTest {

    private static final Identity A1 = Identity.agent("a1");
    private static final Identity M1 = Identity.mapper("m1");
    private static final Duration LASTING = Duration.ofDays(60);

    @TempDir
    Path parent;

    private final ManualLoop loop = new ManualLoop();
    private Path folder = Path.of("");

    @BeforeEach
    void name() {
        folder = parent.resolve("shop");
    }

    private CertificateAuthority shop() {
        CertificateAuthority authority =
                CertificateAuthority.create(folder, "shop", Duration.ofDays(100), null, TimeSource.system());
        authority.issue(M1, KeyKind.P256, LASTING, KeyForm.PKCS8, null);
        return authority;
    }

    private SecureMember member(Identity identity) {
        return new SecureMember(new CertificateFolder(folder), identity, null, Formats.json());
    }

    private static Ping ping() {
        return new Ping(A1, Status.of(0.5), new Vitals(4, 0, "boot", 0, "1", true));
    }

    private static Packet heard(SecureSerializer speaking, SecureSerializer hearing) {
        byte[] envelope = speaking.write(ping(), new Recipient.EveryMapper());
        return hearing.read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE);
    }

    @Test
    void aRenewedCertificateIsUsedWithoutARestart() {
        CertificateAuthority authority = shop();
        Credentials old = authority.issue(A1, KeyKind.P256, LASTING, KeyForm.PKCS8, null);
        SecureMember running = member(A1);
        running.watch(loop);

        authority.renew(A1, LASTING, KeyForm.PKCS8, null);
        authority.revoke(A1, old.certificate().getSerialNumber().toString(16));
        SecureSerializer mapper = member(M1).serializer();
        // The negative twin: who has not looked yet signs with what was called back.
        assertThatThrownBy(() -> heard(running.serializer(), mapper)).isInstanceOf(SerializationException.class);
        assertThat(mapper.refusals()).containsEntry(RefusalReason.REVOKED, 1L);

        loop.advance(Duration.ofSeconds(10));

        assertThat(heard(running.serializer(), mapper)).isInstanceOf(Ping.class);
    }

    @Test
    void whoComesLaterIsKnownWithoutARestart() {
        CertificateAuthority authority = shop();
        SecureMember mapper = member(M1);
        mapper.watch(loop);
        authority.issue(A1, KeyKind.P256, LASTING, KeyForm.PKCS8, null);
        SecureSerializer agent = member(A1).serializer();
        assertThatThrownBy(() -> heard(agent, mapper.serializer())).isInstanceOf(SerializationException.class);

        loop.advance(Duration.ofSeconds(10));

        assertThat(heard(agent, mapper.serializer())).isInstanceOf(Ping.class);
    }

    @Test
    void aFolderThatIsWrongChangesNothing() throws IOException {
        CertificateAuthority authority = shop();
        authority.issue(A1, KeyKind.P256, LASTING, KeyForm.PKCS8, null);
        SecureMember mapper = member(M1);
        mapper.watch(loop);
        Files.writeString(folder.resolve("nanite-a2.0.pem"), "nonsense");

        loop.advance(Duration.ofSeconds(10));

        Files.delete(folder.resolve("nanite-a2.0.pem"));
        assertThat(heard(member(A1).serializer(), mapper.serializer())).isInstanceOf(Ping.class);
    }

    @Test
    void whoHasNoCertificateIsTold() {
        shop();
        assertThatThrownBy(() -> member(A1)).hasMessageContaining("no key of nanite-a1");
    }
}
