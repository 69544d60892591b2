package io.nanite.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import io.nanite.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An authority in a folder, and what its members can do with what it makes. */
class CertificateAuthorityTest {

    private static final Identity A1 = Identity.agent("a1");
    private static final Identity M1 = Identity.mapper("m1");
    private static final Duration YEAR = Duration.ofDays(365);
    private static final Secret PASSWORD = new Secret("correct horse");

    @TempDir
    Path parent;

    private final ManualTime time = new ManualTime(Instant.parse("2026-01-01T12:00:00Z"));
    private Path folder = Path.of("");

    @BeforeEach
    void name() {
        folder = parent.resolve("certificates");
    }

    private CertificateAuthority authority() {
        return CertificateAuthority.create(folder, "shop", YEAR.multipliedBy(10), null, time);
    }

    private static Credentials issue(CertificateAuthority authority, Identity identity) {
        return authority.issue(identity, KeyKind.P256, YEAR, KeyForm.PKCS8, null);
    }

    private SecureSerializer member(Identity identity) {
        CertificateFolder certificates = new CertificateFolder(folder);
        return new SecureSerializer(
                new JsonSerializer(),
                SecureConfig.of("shop", certificates.authorities()),
                certificates.credentials(identity, null),
                certificates.members(),
                time);
    }

    private static Packet exchange(SecureSerializer from, SecureSerializer to, Packet packet) {
        byte[] envelope = from.write(packet, new Recipient.One(to.identity()));
        return to.read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE);
    }

    @ParameterizedTest
    @EnumSource(KeyKind.class)
    void membersOfOneFolderUnderstandEachOther(KeyKind kind) {
        CertificateAuthority authority = authority();
        authority.issue(A1, kind, YEAR, KeyForm.PKCS8, null);
        authority.issue(M1, kind, YEAR, KeyForm.PKCS12, null);
        Packet packet = World.request(M1, A1);

        assertThat(exchange(member(M1), member(A1), packet)).isEqualTo(packet);
    }

    @Test
    void onlyTheOwnerMayReadKeysAndEverybodyTheRest() throws IOException {
        issue(authority(), A1);

        assertThat(mode(folder)).isEqualTo("rwx------");
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files.map(file ->
                            mode(file) + " " + file.getFileName().toString().replaceAll("\\.[0-9a-f]{16}", ".N")))
                    .containsExactlyInAnyOrder(
                            "rw-r--r-- ca.pem",
                            "rw------- ca.key",
                            "rw-r--r-- crl.pem",
                            "rw-r--r-- nanite-a1.N.pem",
                            "rw------- nanite-a1.N.key");
        }
    }

    private static String mode(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @ParameterizedTest
    @EnumSource(KeyForm.class)
    void aKeyUnderAPasswordOpensWithItAlone(KeyForm form) throws IOException {
        Credentials made = authority().issue(A1, KeyKind.P256, YEAR, form, PASSWORD);
        CertificateFolder certificates = new CertificateFolder(folder);

        assertThat(certificates.credentials(A1, PASSWORD))
                .extracting(Credentials::key)
                .containsExactly(made.key());
        for (Secret wrong : new Secret[] {new Secret("wrong"), null}) {
            assertThatThrownBy(() -> certificates.credentials(A1, wrong))
                    .isInstanceOf(CertificateException.class)
                    .hasMessageContaining("password");
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(one ->
                            one.toString().endsWith(".key") && one.toString().contains("nanite-"))
                    .toList()) {
                assertThat(file).content().startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
            }
        }
    }

    @Test
    void theAuthoritysOwnKeyMayBeUnderAPasswordToo() {
        CertificateAuthority.create(folder, "shop", YEAR, PASSWORD, time);
        assertThat(CertificateAuthority.open(folder, PASSWORD, time).application())
                .isEqualTo("shop");
        assertThatThrownBy(() -> CertificateAuthority.open(folder, null, time))
                .hasMessage(
                        folder.resolve("ca.key") + ": under a password (expected: the password, or a key without one)");
    }

    @Test
    void aKeyThatOthersMayReadIsRefused() throws IOException {
        issue(authority(), A1);
        Path key = only("nanite-a1", ".key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));

        assertThatThrownBy(() -> new CertificateFolder(folder).credentials(A1, null))
                .isInstanceOf(CertificateException.class)
                .hasMessage(key + ": rw-r----- (expected: a file that only its owner may read: chmod 600)");
    }

    @Test
    void aKeyThatIsAnothersIsRefused() throws IOException {
        CertificateAuthority authority = authority();
        issue(authority, A1);
        issue(authority, M1);
        Path key = only("nanite-a1", ".key");
        Files.copy(only("mapper-m1", ".key"), key, StandardCopyOption.REPLACE_EXISTING);

        assertThatThrownBy(() -> new CertificateFolder(folder).credentials(A1, null))
                .hasMessageStartingWith(key + ": the key of another certificate (expected: that of serial ");
    }

    @Test
    void whoHasNoKeyHereIsToldWhatIsMissing() {
        issue(authority(), A1);
        assertThatThrownBy(() -> new CertificateFolder(folder).credentials(M1, null))
                .hasMessage(folder
                        + ": no key of mapper-m1 (expected: mapper-m1.SERIAL.key or .p12, with its certificate)");
    }

    @Test
    void whatWasWrittenForTheOldKeyIsReadAfterARenewal() {
        CertificateAuthority authority = authority();
        issue(authority, M1);
        Credentials old = issue(authority, A1);
        Packet packet = World.request(M1, A1);
        byte[] envelope = member(M1).write(packet, new Recipient.One(A1));

        time.advance(Duration.ofSeconds(10));
        Credentials renewed = authority.renew(A1, YEAR, KeyForm.PKCS8, null);

        assertThat(new CertificateFolder(folder).credentials(A1, null))
                .extracting(Credentials::certificate)
                .containsExactly(renewed.certificate(), old.certificate());
        assertThat(renewed.key()).isNotEqualTo(old.key());
        assertThat(member(A1).read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE))
                .isEqualTo(packet);
    }

    @Test
    void whatIsCalledBackIsRefusedByAll() {
        CertificateAuthority authority = authority();
        issue(authority, A1);
        issue(authority, M1);
        SecureSerializer m1 = member(M1);
        SecureSerializer before = member(A1);
        byte[] envelope = m1.write(World.request(M1, A1), new Recipient.One(A1));

        assertThat(authority.revoke(M1, null)).hasSize(1);

        SecureSerializer after = member(A1);
        assertThatThrownBy(() -> after.read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE))
                .isInstanceOf(RuntimeException.class);
        assertThat(after.refusals()).containsEntry(RefusalReason.REVOKED, 1L);
        // The negative twin: who has not looked at the list takes it.
        assertThat(before.read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE))
                .isNotNull();
        assertThat(authority.issued())
                .extracting(one -> one.identity() + " " + one.state(time.now()))
                .containsExactly("mapper-m1 REVOKED", "nanite-a1 GOOD");
    }

    @Test
    void aListKeepsWhatItHas() {
        CertificateAuthority authority = authority();
        Credentials first = issue(authority, A1);
        Credentials second = authority.renew(A1, YEAR, KeyForm.PKCS8, null);
        issue(authority, M1);

        assertThat(authority.revoke(A1, CertificateFolder.serial(first.certificate())))
                .hasSize(1);
        assertThat(authority.revoke(M1, null)).hasSize(1);
        assertThat(authority.revoke(M1, null)).as("once is enough").isEmpty();

        assertThat(authority.issued())
                .filteredOn(IssuedCertificate::revoked)
                .extracting(IssuedCertificate::certificate)
                .contains(first.certificate())
                .doesNotContain(second.certificate())
                .hasSize(2);
        assertThatThrownBy(() -> authority.revoke(A1, "beef"))
                .hasMessage("nanite-a1: has no certificate beef (expected: a certificate that can be called back)");
    }

    @Test
    void aMemberThatHasAGoodCertificateGetsNoOther() {
        CertificateAuthority authority = authority();
        issue(authority, A1);
        assertThatThrownBy(() -> issue(authority, A1))
                .hasMessage(
                        "nanite-a1: has a certificate until 2027-01-01T12:00:00Z (expected: none; renew it instead)");
        time.advance(YEAR.plusDays(1));
        issue(authority, A1);
        assertThatThrownBy(() -> authority.renew(M1, YEAR, KeyForm.PKCS8, null))
                .hasMessage("mapper-m1: has no certificate (expected: one that can be renewed)");
    }

    @Test
    void itsTimeIsSaidBeforeItIsOver() {
        CertificateAuthority authority = authority();
        issue(authority, A1);
        IssuedCertificate issued = authority.issued().get(0);
        Instant end = issued.certificate().getNotAfter().toInstant();

        assertThat(issued.state(end.minus(Duration.ofDays(31)))).isEqualTo(IssuedCertificate.State.GOOD);
        assertThat(issued.state(end.minus(Duration.ofDays(29)))).isEqualTo(IssuedCertificate.State.ENDS_SOON);
        assertThat(issued.state(end.plusSeconds(1))).isEqualTo(IssuedCertificate.State.EXPIRED);
        assertThat(issued.state(time.now().minus(Duration.ofDays(1)))).isEqualTo(IssuedCertificate.State.NOT_YET);
    }

    @Test
    void nothingIsMadeTwiceOrOutOfRange() {
        authority();
        assertThatThrownBy(this::authority).hasMessageContaining("there already");
        assertThatThrownBy(() -> CertificateAuthority.create(parent.resolve("x"), "two words", YEAR, null, time))
                .isInstanceOf(ConfigException.class);
        CertificateAuthority brief =
                CertificateAuthority.create(parent.resolve("y"), "shop", Duration.ofDays(100), null, time);
        assertThatThrownBy(() -> issue(brief, A1))
                .hasMessageContaining("at most 100, as the authority itself ends at 2026-04-11T12:00:00Z");
        assertThat(parent.resolve("x")).doesNotExist();
        assertThatThrownBy(() -> CertificateAuthority.open(parent, null, time))
                .hasMessageContaining("not there (expected: the certificate of the authority)");
    }

    @Test
    void openSslTrustsWhatItMakesUntilItIsCalledBack() throws IOException, InterruptedException {
        Assumptions.assumeTrue(openssl("version") != null, "openssl: not on this machine");
        CertificateAuthority authority =
                CertificateAuthority.create(folder, "shop", YEAR.multipliedBy(10), null, TimeSource.system());
        issue(authority, A1);
        String certificate = only("nanite-a1", ".pem").toString();
        String[] verify = {
            "verify",
            "-x509_strict",
            "-crl_check",
            "-CAfile",
            folder.resolve("ca.pem").toString(),
            "-CRLfile",
            folder.resolve("crl.pem").toString(),
            certificate
        };

        assertThat(openssl(verify)).contains(certificate + ": OK");
        authority.revoke(A1, null);
        assertThat(openssl(verify)).contains("certificate revoked");
        assertThat(openssl("pkey", "-in", only("nanite-a1", ".key").toString(), "-noout", "-text"))
                .contains("P-256");
    }

    private Path only(String prefix, String ending) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            List<Path> found = files.filter(
                            file -> file.getFileName().toString().startsWith(prefix)
                                    && file.toString().endsWith(ending))
                    .toList();
            assertThat(found).hasSize(1);
            return found.get(0);
        }
    }

    /** What it says; null if there is none here. */
    private @Nullable String openssl(String... arguments) throws InterruptedException, IOException {
        Path out = Files.createTempFile(parent, "openssl", ".out");
        try {
            Process process = new ProcessBuilder(Stream.concat(Stream.of("openssl"), Stream.of(arguments))
                            .toList())
                    .redirectErrorStream(true)
                    .redirectOutput(out.toFile())
                    .start();
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            return Files.readString(out);
        } catch (IOException e) {
            return null;
        }
    }
}
