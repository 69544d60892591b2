package io.nanite.secure;

import static io.nanite.secure.World.A1;
import static io.nanite.secure.World.M1;
import static io.nanite.secure.World.ping;
import static io.nanite.secure.World.read;
import static io.nanite.secure.World.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.packet.Packet;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What another implementation of CMS makes of our envelopes, and we of those it makes. Needs OpenSSL 3. */
final class OpenSslTest {

    private static final int PATIENCE = 60;

    private final World world = new World();

    @TempDir
    private Path folder;

    @BeforeEach
    void isThere() throws IOException, InterruptedException {
        String version;
        try {
            version = Files.readString(ran("version"));
        } catch (IOException e) {
            version = "none: " + e.getMessage();
        }
        Assumptions.assumeTrue(version.startsWith("OpenSSL 3"), "openssl: " + version + " (expected: OpenSSL 3)");
    }

    private void members(String kind) throws IOException {
        if (kind.equals("RSA")) {
            world.join(world.authority.issueRsa(M1));
            world.join(world.authority.issueRsa(A1));
        }
        Pem.write(file("ca.pem"), world.authority.certificate());
        Pem.write(file("m1.pem"), world.of(M1).certificate());
        Pem.write(file("m1.key"), world.of(M1).key());
        Pem.write(file("a1.pem"), world.of(A1).certificate());
        Pem.write(file("a1.key"), world.of(A1).key());
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-256", "RSA"})
    void itDecryptsAndVerifiesOurs(String kind) throws IOException, InterruptedException {
        members(kind);
        Files.write(file("envelope"), world.write(M1, request(M1, A1), A1));

        run(
                "cms",
                "-decrypt",
                "-inform",
                "DER",
                "-binary",
                "-in",
                "envelope",
                "-recip",
                "a1.pem",
                "-inkey",
                "a1.key",
                "-out",
                "signed");
        run(
                "cms",
                "-verify",
                "-inform",
                "DER",
                "-binary",
                "-in",
                "signed",
                "-certfile",
                "m1.pem",
                "-CAfile",
                "ca.pem",
                "-purpose",
                "any",
                "-attime",
                atTime(),
                "-out",
                "content");

        SignedPacket said = SignedPacket.decode(Files.readAllBytes(file("content")));
        assertThat(said.from()).isEqualTo(M1);
        assertThat(world.json.read(said.packet(), said.contentType())).isEqualTo(request(M1, A1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-256", "RSA"})
    void itVerifiesWhatIsOnlySigned(String kind) throws IOException, InterruptedException {
        members(kind);
        Files.write(file("signed"), world.member(A1).write(ping(A1), new Recipient.EveryMapper()));

        run(
                "cms",
                "-verify",
                "-inform",
                "DER",
                "-binary",
                "-in",
                "signed",
                "-certfile",
                "a1.pem",
                "-CAfile",
                "ca.pem",
                "-purpose",
                "any",
                "-attime",
                atTime(),
                "-out",
                "content");

        assertThat(SignedPacket.decode(Files.readAllBytes(file("content"))).from())
                .isEqualTo(A1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-256", "RSA"})
    void weReadWhatItSignsAndEncrypts(String kind) throws IOException, InterruptedException {
        members(kind);
        sign("-cades");
        seal(kind, kind.equals("RSA") ? "rsa_oaep_md:sha256" : "ecdh_kdf_md:sha256");

        Packet packet = read(world.member(A1), Files.readAllBytes(file("envelope")));

        assertThat(packet).isEqualTo(request(M1, A1));
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-256", "RSA"})
    void weRefuseTheWeakerWaysThatItHas(String kind) throws IOException, InterruptedException {
        members(kind);
        sign("-cades");
        seal(kind, kind.equals("RSA") ? "rsa_oaep_md:sha1" : "ecdh_kdf_md:sha1");
        SecureSerializer reader = world.member(A1);
        byte[] weak = Files.readAllBytes(file("envelope"));

        assertThatThrownBy(() -> read(reader, weak)).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.ALGORITHM);
    }

    @ParameterizedTest
    @ValueSource(strings = {"P-256", "RSA"})
    void weRefuseEncryptionThatDoesNotAuthenticate(String kind) throws IOException, InterruptedException {
        members(kind);
        sign("-cades");
        run(
                "cms",
                "-encrypt",
                "-binary",
                "-in",
                "signed",
                "-outform",
                "DER",
                "-aes-256-cbc",
                "-out",
                "envelope",
                "a1.pem");
        SecureSerializer reader = world.member(A1);
        byte[] weak = Files.readAllBytes(file("envelope"));

        assertThatThrownBy(() -> read(reader, weak)).isInstanceOf(SerializationException.class);
        assertThat(reader.refusals()).containsOnlyKeys(RefusalReason.ALGORITHM);
    }

    private void sign(String style) throws IOException, InterruptedException {
        Files.write(file("content"), world.header(M1, A1, request(M1, A1)).encoded());
        run(
                "cms",
                "-sign",
                "-binary",
                "-nodetach",
                "-nocerts",
                "-nosmimecap",
                style,
                "-md",
                "sha256",
                "-in",
                "content",
                "-signer",
                "m1.pem",
                "-inkey",
                "m1.key",
                "-outform",
                "DER",
                "-out",
                "signed");
    }

    private void seal(String kind, String digest) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "cms",
                "-encrypt",
                "-binary",
                "-in",
                "signed",
                "-outform",
                "DER",
                "-aes-256-gcm",
                "-out",
                "envelope",
                "-recip",
                "a1.pem"));
        if (kind.equals("RSA")) {
            command.addAll(List.of("-keyopt", "rsa_padding_mode:oaep"));
        }
        command.addAll(List.of("-keyopt", digest));
        run(command.toArray(String[]::new));
    }

    private static String atTime() {
        return Long.toString(TestAuthority.NOW.getEpochSecond());
    }

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void run(String... arguments) throws IOException, InterruptedException {
        var unused = ran(arguments);
    }

    /** What it printed; it must have ended well. */
    private Path ran(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Path output = file("output");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        if (!process.waitFor(PATIENCE, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("%s: still running after %d s".formatted(command, PATIENCE));
        }
        assertThat(process.exitValue())
                .as("%s: %s", command, Files.readString(output))
                .isZero();
        return output;
    }
}
