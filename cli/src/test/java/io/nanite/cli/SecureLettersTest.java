package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nanite.admin.ControlTower;
import io.nanite.admin.ControlTowerConfig;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.TransportListener;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.QueueDesk;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import io.nanite.secure.SecureConfig;
import io.nanite.secure.SecureSerializer;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Letters of a fabric with certificates, as a Control Tower shows them and sends them again. */
class SecureLettersTest {

    private static final String CANARY = "canary-in-a-coal-mine";
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Identity A1 = Identity.agent("a1");
    private static final Identity A2 = Identity.agent("a2");
    private static final Identity M1 = Identity.mapper("m1");
    private static final Identity M2 = Identity.mapper("m2");

    @TempDir
    Path folder;

    @BeforeEach
    void certificates() {
        for (String application : List.of("shop", "other")) {
            CertificateAuthority authority = CertificateAuthority.create(
                    folder.resolve(application), application, Duration.ofDays(10), null, TimeSource.system());
            for (Identity member : List.of(A1, A2, M1, M2)) {
                authority.issue(member, KeyKind.P256, Duration.ofDays(5), KeyForm.PKCS8, null);
            }
        }
    }

    private SecureSerializer serializer(String application, Identity identity) {
        CertificateFolder certificates = new CertificateFolder(folder.resolve(application));
        return new SecureSerializer(
                Formats.json(),
                SecureConfig.of(application, certificates.authorities()),
                certificates.credentials(identity, null),
                certificates.members(),
                TimeSource.system());
    }

    private static Request work(char token, int attempt) {
        return new Request(
                new Service("/it/echo"),
                Payload.of(CANARY),
                M2,
                new Token(TowerWorld.token(token)),
                M2,
                "least_loaded",
                null,
                true,
                Set.of(),
                false,
                new Metadata(0, attempt, 0, null));
    }

    /** A fabric of the shop, with a tower in front of it, and somebody who writes what he likes. */
    private final class Shop implements AutoCloseable {

        private final TowerWorld.It it = new TowerWorld.It();
        private final RabbitConfig where;
        private final Mapper mapper;
        private final Agent agent;
        private final ControlTower tower;
        private final RabbitTransport other;
        private final HttpClient http = HttpClient.newHttpClient();

        Shop(TestBroker broker) throws InterruptedException {
            where = RabbitConfig.of(broker.uri());
            SecureSerializer own = serializer("shop", M1);
            SecureSerializer theirs = serializer("shop", A1);
            mapper = Mapper.with(MapperConfig.named("m1")).serializer(own).start(new RabbitTransport(where));
            agent = Agent.start(
                    AgentConfig.of(A1), new RabbitTransport(RabbitConfig.of(broker.uri("nanite"))), new AgentModule() {
                        @Override
                        protected void configure() {
                            serializer(theirs);
                            actor(it);
                        }
                    });
            tower = ControlTower.with(ControlTowerConfig.DEFAULT.withPort(0))
                    .serializer(own)
                    .desk(AdminCommand.desk(where))
                    .start(mapper);
            other = new RabbitTransport(where.withName("other"));
            other.start(new TransportListener() {});
            assertThat(mapper.awaitService("/it/echo", 1, PATIENCE)).isTrue();
        }

        void send(Address to, byte[] sealed, Map<String, String> headers) throws Exception {
            other.publish(new Parcel(to, Bytes.of(sealed), SecureSerializer.CONTENT_TYPE, null, true, false, headers))
                    .get(10, TimeUnit.SECONDS);
        }

        HttpResponse<String> ask(String method, String path, @Nullable Object body) throws Exception {
            URI link = tower.link();
            return http.send(
                    HttpRequest.newBuilder(link.resolve(path))
                            .timeout(PATIENCE)
                            .header("Authorization", "Bearer " + link.getQuery().substring("token=".length()))
                            .header("Content-Type", "application/json")
                            .header("Accept", path.startsWith("/api") ? "application/json" : "text/html")
                            .method(
                                    method,
                                    body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.line(body)))
                            .build(),
                    BodyHandlers.ofString());
        }

        String letter() throws Exception {
            await().atMost(PATIENCE)
                    .until(() -> ask("GET", "/api/v1/parking", null).body().contains("\"total\":1"));
            String parking = ask("GET", "/api/v1/parking", null).body();
            return parking.replaceAll("(?s).*\"letters\":\\[\\{\"id\":\"([^\"]+)\".*", "$1");
        }

        void awaitGone() {
            await().atMost(PATIENCE)
                    .until(() -> ask("GET", "/api/v1/parking", null).body().contains("\"total\":0"));
        }

        @Override
        public void close() {
            other.close();
            tower.close();
            agent.close();
            mapper.close();
        }
    }

    /** All mappers may read what an agent could not do, so that one of them can help. */
    @EveryBroker
    void whatItMayReadIsShownAndSentAgainAndLiesSealed(TestBroker broker) throws Exception {
        try (Shop shop = new Shop(broker)) {
            byte[] sealed = serializer("shop", M2).write(work('a', 7), new Recipient.One(A1));
            shop.send(new Address.Queue(A1.value()), sealed, Map.of());
            String id = shop.letter();

            try (QueueDesk desk = new QueueDesk(shop.where)) {
                assertThat(desk.look("dead-letter", 10).messages())
                        .singleElement()
                        .satisfies(held -> assertThat(new String(held.body().toArray(), StandardCharsets.ISO_8859_1))
                                .doesNotContain(CANARY, "/it/echo"));
            }
            assertThat(shop.ask("GET", "/api/v1/parking/" + id, null).body())
                    .contains("\"kind\":\"request\"", "\"encrypted\":false", "\"payload\":\"" + CANARY + "\"");
            HttpResponse<String> sent = shop.ask("POST", "/api/v1/parking/%s/replay".formatted(id), null);
            assertThat(sent.statusCode()).as(sent.body()).isEqualTo(202);
            shop.awaitGone();
            assertThat(shop.it.got()).containsExactly(CANARY);
        }
    }

    /** The negative twin: what is sealed for others stays closed, and the page says so. */
    @EveryBroker
    void whatIsSealedForOthersShowsNothingAndIsNotSentAgainAsItIs(TestBroker broker) throws Exception {
        try (Shop shop = new Shop(broker)) {
            byte[] sealed = serializer("other", M2).write(work('b', 1), new Recipient.One(A2));
            shop.send(
                    Address.DEAD_LETTER,
                    sealed,
                    Map.of("x-reason", "unreadable", "x-source", A2.value(), "x-at", "2026-01-01T00:00:00Z"));
            String id = shop.letter();

            assertThat(shop.ask("GET", "/api/v1/parking/" + id, null).body())
                    .contains("\"kind\":\"encrypted\"", "\"encrypted\":true", "\"reason\":\"unreadable\"")
                    .doesNotContain(CANARY, "/it/echo", TowerWorld.token('b'));
            for (String page : List.of("/parking", "/parking/" + id)) {
                HttpResponse<String> shown = shop.ask("GET", page, null);
                assertThat(shown.statusCode()).as(page).isEqualTo(200);
                assertThat(shown.body())
                        .as(page)
                        .contains("encrypted", "unreadable")
                        .doesNotContain(CANARY, "/it/echo", TowerWorld.token('b'));
            }
            assertThat(shop.ask("GET", "/parking/" + id, null).body()).contains("yes: its text cannot be shown");

            HttpResponse<String> refused = shop.ask("POST", "/api/v1/parking/%s/replay".formatted(id), null);
            assertThat(refused.statusCode()).isEqualTo(409);
            assertThat(refused.body())
                    .contains("%s: encrypted (expected: one whose service and payload can be read, or are given)"
                            .formatted(id));
            assertThat(shop.it.got()).isEmpty();
            HttpResponse<String> given = shop.ask(
                    "POST",
                    "/api/v1/parking/%s/replay".formatted(id),
                    Map.of("service", "/it/echo", "payload", "by hand"));
            assertThat(given.statusCode()).as(given.body()).isEqualTo(202);
            shop.awaitGone();
            assertThat(shop.it.got()).containsExactly("by hand");
        }
    }
}
