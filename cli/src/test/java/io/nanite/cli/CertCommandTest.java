package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.secure.CertificateFolder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The certificates of an application, from the first to the one that is called back. */
class CertCommandTest {

    @TempDir
    Path parent;

    private Path folder = Path.of("");

    @BeforeEach
    void name() {
        folder = parent.resolve("certificates");
    }

    private Cli.Ended cert(String verb, String... arguments) {
        List<String> all = new ArrayList<>(List.of("cert", verb));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--certificates", folder.toString()));
        return Cli.plain().run(all.toArray(String[]::new));
    }

    private static Cli.Ended good(Cli.Ended ended) {
        assertThat(ended.err()).isEmpty();
        assertThat(ended.code()).as(ended.out()).isZero();
        return ended;
    }

    private void shop() {
        good(cert("init", "--application", "shop"));
        good(cert("issue", "--agent", "a1,a2", "--mapper", "m1"));
    }

    private Path file(String pattern) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.getFileName().toString().matches(pattern))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @Test
    void anApplicationGetsItsCertificatesAndAllIsWell() {
        assertThat(good(cert("init", "--application", "shop")).out())
                .startsWith("authority of shop until ")
                .contains("keep its ca.key to yourself");
        assertThat(good(cert("issue", "--agent", "a1,a2", "--mapper", "m1"))
                        .out()
                        .lines())
                .hasSize(3)
                .allMatch(line -> line.matches("(nanite-a[12]|mapper-m1): certificate [0-9a-f]{16} until [0-9-]{10}"));
        assertThat(good(cert("list")).out().lines().skip(1)).hasSize(3).allMatch(line -> line.endsWith("  good"));
        assertThat(good(cert("verify")).out()).isEqualTo("%s: all is well%n".formatted(folder));
        assertThat(good(cert("show", "--agent", "a1")).out())
                .contains("nanite://shop/agent/nanite-a1", "SHA256withECDSA", "O=shop");
    }

    @Test
    void aMemberGetsItsOwnKeyAndNobodyElses() throws IOException {
        shop();
        Path host = folder.resolve("host");
        assertThat(good(cert("export", "--agent", "a1", "--to", host.toString()))
                        .out()
                        .lines())
                .hasSize(4);
        try (Stream<Path> files = Files.list(host)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .hasSize(4)
                    .contains("ca.pem", "crl.pem")
                    .anyMatch(name -> name.matches("nanite-a1\\.[0-9a-f]{16}\\.key"))
                    .anyMatch(name -> name.matches("nanite-a1\\.[0-9a-f]{16}\\.pem"));
        }
        assertThat(new CertificateFolder(host).credentials(Identity.agent("a1"), null))
                .hasSize(1);
        Cli.Ended stranger = cert("export", "--agent", "a9", "--to", host.toString());
        assertThat(stranger.code()).isEqualTo(2);
        assertThat(stranger.err()).contains("no key of nanite-a9").hasLineCount(1);
    }

    @Test
    void aRenewedMemberHasTwoForAWhile() {
        shop();
        good(cert("renew", "--agent", "a1", "--days", "20"));
        assertThat(good(cert("list")).out().lines().filter(line -> line.startsWith("nanite-a1")))
                .hasSize(2)
                .anyMatch(line -> line.matches(".* ends in (19|20) days"));
        assertThat(good(cert("verify")).out()).startsWith("warning ").contains(": ends in ");
    }

    @Test
    void onlyWhatIsDueIsRenewed() {
        good(cert("init", "--application", "shop"));
        good(cert("issue", "--agent", "a1", "--days", "29"));
        good(cert("issue", "--agent", "a2", "--days", "31"));
        assertThat(good(cert("renew", "--due")).out().lines())
                .hasSize(1)
                .first()
                .asString()
                .startsWith("nanite-a1: ");
        assertThat(good(cert("renew", "--due")).out()).isEmpty();
    }

    @Test
    void whatIsCalledBackIsShownSo() {
        shop();
        assertThat(good(cert("revoke", "--agent", "a1")).out()).startsWith("nanite-a1: called back ");
        assertThat(good(cert("revoke", "--agent", "a1")).out())
                .isEqualTo("nanite-a1: was called back before%n".formatted());
        assertThat(good(cert("list")).out().lines().filter(line -> line.endsWith("called back")))
                .hasSize(1);
        assertThat(good(cert("list", "--json")).out()).contains("\"state\":\"revoked\"");
        assertThat(good(cert("verify")).out()).contains("is refused: revoked");
    }

    @Test
    void aKeyThatOthersMayReadIsFound() throws IOException {
        shop();
        Path key = file("nanite-a1.*key");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r--r--"));
        Cli.Ended ended = cert("verify");
        assertThat(ended.out())
                .isEqualTo("error %s: rw-r--r-- (expected: a file that only its owner may read: chmod 600)%n"
                        .formatted(key));
        assertThat(ended.code()).isEqualTo(1);
    }

    @Test
    void keysMayBeUnderAPassword() throws IOException {
        Path password = Files.writeString(parent.resolve("password"), "correct horse");
        Files.setPosixFilePermissions(password, PosixFilePermissions.fromString("rw-------"));
        String[] opening = {"--key-pass-file", password.toString()};
        good(cert("init", "--application", "shop", opening[0], opening[1]));
        good(cert("issue", "--agent", "a1", opening[0], opening[1]));
        good(cert("issue", "--agent", "a2", "--pkcs12", opening[0], opening[1]));

        assertThat(file("nanite-a1.*key")).content().startsWith("-----BEGIN ENCRYPTED PRIVATE KEY-----");
        assertThat(good(cert("verify", opening)).out()).contains("all is well");
        Cli.Ended without = cert("issue", "--agent", "a3");
        assertThat(without.code()).isEqualTo(2);
        assertThat(without.err()).contains("ca.key: under a password");
    }

    @Test
    void oneSentenceSaysWhatIsWrong() {
        Cli.Ended none = cert("issue", "--agent", "a1");
        assertThat(none.err())
                .isEqualTo("%s: not there (expected: the certificate of the authority)%n"
                        .formatted(folder.resolve("ca.pem")));
        assertThat(none.code()).isEqualTo(2);
        assertThat(cert("init", "--application", "two words").err())
                .isEqualTo("--application: two words (expected: 1 to 64 of A-Z a-z 0-9 . _ -)%n".formatted());
        shop();
        assertThat(cert("issue").err())
                .isEqualTo("--agent, --mapper: nobody (expected: one member at least)%n".formatted());
        assertThat(cert("issue", "--agent", "a.b").err()).startsWith("--agent: a.b (expected: ");
        assertThat(cert("issue", "--agent", "a9", "--days", "9999").err())
                .startsWith("--days: 9999 (expected: at most ");
        assertThat(cert("show", "--agent", "a9").err()).startsWith("nanite-a9: has no certificate in ");
        assertThat(cert("issue", "--agent", "a1").err()).contains("nanite-a1: has a certificate until ");
    }
}
