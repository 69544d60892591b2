package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.admin.Role;
import io.nanite.admin.TowerUser;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PipedReader;
import java.io.PipedWriter;
import java.io.PrintWriter;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A Control Tower that others can reach. */
class TowerTlsTest {

    private static final String PASSWORD = "a long secret";

    @TempDir
    Path folder;

    private Path keys = Path.of("");
    private Path passFile = Path.of("");
    private Path users = Path.of("");

    @BeforeEach
    void prepare() throws Exception {
        keys = folder.resolve("tower.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "tower",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=tower",
                        "-ext",
                        "SAN=ip:127.0.0.1",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keys.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        passFile = Files.writeString(folder.resolve("password"), PASSWORD);
        Files.setPosixFilePermissions(passFile, PosixFilePermissions.fromString("rw-------"));
        users = folder.resolve("users");
        new UsersFile(users).put(TowerUser.of("anna", Role.ADMIN, PASSWORD.toCharArray(), new SecureRandom()));
    }

    /** Trusts the tower's certificate, and no other. */
    private HttpClient trusting() throws GeneralSecurityException, IOException {
        KeyStore known = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(keys)) {
            known.load(in, PASSWORD.toCharArray());
        }
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("tower", known.getCertificate("tower"));
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        return HttpClient.newBuilder().sslContext(context).build();
    }

    private static HttpRequest.Builder to(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20));
    }

    private static HttpRequest login(URI tower, String password) {
        return to(tower.resolve("/api/v1/login"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Json.line(Map.of("user", "anna", "password", password))))
                .build();
    }

    /** All that is answered to what speaks no TLS, until the tower ends it. */
    private static String plain(URI tower) throws IOException {
        try (Socket socket = new Socket(tower.getHost(), tower.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write("GET /health/live HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n"
                            .formatted(tower.getAuthority())
                            .getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            try {
                socket.getInputStream().transferTo(answer);
            } catch (IOException e) {
                // Cut off in the middle: so it was not answered.
            }
            return answer.toString(StandardCharsets.ISO_8859_1);
        }
    }

    @EveryBroker
    void whoeverKnowsItsCertificateLogsInAndNobodyIsAnsweredInTheClear(TestBroker broker) throws Exception {
        PipedWriter out = new PipedWriter();
        BufferedReader lines = new BufferedReader(new PipedReader(out));
        PrintWriter printed = new PrintWriter(out, true);
        Main main = new Main(Cli.at(broker.uri()).environment(), printed, printed, Shutdown.never());
        List<String> arguments = List.of(
                "admin",
                "--http-port",
                "0",
                "--bind",
                "0.0.0.0",
                "--users",
                users.toString(),
                "--tls-cert",
                keys.toString(),
                "--tls-pass-file",
                passFile.toString());
        Thread command = new Thread(() -> main.run(arguments.toArray(String[]::new)));
        command.start();
        try {
            String line = lines.readLine();
            assertThat(line).contains("https://127.0.0.1:");
            URI tower = URI.create(line.substring(line.indexOf("https"))).resolve("/");
            HttpClient http = trusting();

            assertThat(http.send(to(tower.resolve("/health/live")).build(), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
            assertThat(http.send(login(tower, "a wrong secret"), BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(401);
            HttpResponse<String> entered = http.send(login(tower, PASSWORD), BodyHandlers.ofString());
            assertThat(entered.statusCode()).as(entered.body()).isEqualTo(204);
            String cookie = entered.headers().firstValue("Set-Cookie").orElseThrow();
            assertThat(cookie).contains("; Secure", "; HttpOnly", "; SameSite=Strict", "; Path=/");
            HttpResponse<String> session = http.send(
                    to(tower.resolve("/api/v1/session"))
                            .header("Cookie", cookie.substring(0, cookie.indexOf(';')))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(Json.object(session.body())).containsEntry("user", "anna");

            assertThat(plain(tower)).doesNotContain("HTTP/1.1", "alive");
            assertThatThrownBy(() -> HttpClient.newHttpClient()
                            .send(to(tower.resolve("/health/live")).build(), BodyHandlers.ofString()))
                    .as("the twin who does not know the certificate")
                    .isInstanceOf(SSLHandshakeException.class);
        } finally {
            command.interrupt();
            command.join();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"--users", "--tls-cert", ""})
    void withUsersAloneOrTlsAloneItDoesNotListenToOthers(String flag) {
        Path file = flag.equals("--users") ? users : keys;

        Cli.Ended ended = flag.isEmpty()
                ? Cli.plain().run("admin", "--bind", "0.0.0.0")
                : Cli.plain().run("admin", "--bind", "0.0.0.0", flag, file.toString());

        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err())
                .contains("bind: 0.0.0.0 (expected: an address of this machine alone", "there are no ")
                .contains(flag.equals("--users") ? "no TLS keys" : "no users");
        assertThat(ended.err().strip().lines()).hasSize(1);
    }
}
