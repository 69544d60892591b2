package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The pages as who has no script gets them. */
class PagesTest {

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final LivingFabric fabric = new LivingFabric(broker::transport);
    private final TestTower tower = TestTower.of(fabric.mapper);

    @AfterEach
    void close() {
        tower.close();
        fabric.close();
    }

    private HttpResponse<String> page(String path) throws IOException, InterruptedException {
        return tower.ask(tower.known(path).header("Accept", "text/html"));
    }

    private String body(String path) throws IOException, InterruptedException {
        HttpResponse<String> answer = page(path);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/html;charset=utf-8");
        return answer.body();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/agents", "/services", "/requests", "/send"})
    void aScreenWithoutDataTeaches(String path) throws Exception {
        assertThat(body(path)).containsAnyOf("nanite-agent --token fred", "nanite-mapper request", "Choose a service");
    }

    @Test
    void aScreenShowsWhatIsThereWithoutAScript() throws Exception {
        fabric.populate();
        String failed = fabric.work();
        tower.awaitEnded(failed);
        assertThat(body("/")).contains("/billing/charge", "As of <time");
        assertThat(body("/agents")).contains(">fred</a>", ">bob</a>", "is-ready", ">gpu</span>");
        assertThat(body("/agents?q=bob")).contains("/agents/bob");
        assertThat(body("/agents/fred")).contains("/image/resize", "0.1.0", "Latest requests");
        assertThat(body("/services")).contains("/services/simple/echo");
        assertThat(body("/services/simple/echo")).contains(">next<", "not chosen");
        assertThat(body("/requests")).contains("card 4242: declined by the bank");
        assertThat(body("/requests/" + failed)).contains("card 4242: declined by the bank", "What happened");
        assertThat(body("/send?service=/simple/echo")).contains("/simple/echo to ", "gets it");
    }

    @Test
    void whatIsNotThereIsSaidOnAPage() throws Exception {
        HttpResponse<String> nobody = page("/agents/nobody%3Cb%3E");
        assertThat(nobody.statusCode()).isEqualTo(404);
        assertThat(nobody.body()).contains("nobody&lt;b&gt;").doesNotContain("<b>");
        assertThat(page("/nowhere").body()).contains("Not here");
        HttpResponse<String> stranger = tower.ask(tower.to("/agents").header("Accept", "text/html"));
        assertThat(stranger.statusCode()).isEqualTo(401);
        assertThat(stranger.body()).contains("Open the link that", "<h1>Who are you?</h1>");
        assertThat(tower.ask(tower.to("/agents")).headers().firstValue("Content-Type"))
                .hasValue("application/problem+json");
    }

    @Test
    void whoMayOnlyLookHasNoButtonThatDoesMore() throws Exception {
        fabric.populate();
        try (TestTower looking =
                TestTower.of(ControlTower.with(TestTower.config().withReadOnly(true)), fabric.mapper)) {
            for (String path : List.of("/", "/agents", "/agents/fred", "/services/simple/echo", "/requests")) {
                String page = looking.ask(looking.known(path)).body();
                assertThat(page)
                        .as(path)
                        .contains("look only")
                        .doesNotContain("data-call", "data-bulk", "href=\"/send");
            }
            assertThat(looking.ask(looking.known("/send")).statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aFileIsKeptForEverAndPacked() throws Exception {
        Matcher found = Pattern.compile("/assets/[0-9a-f]{16}/tower\\.css").matcher(body("/"));
        assertThat(found.find()).isTrue();
        HttpResponse<String> plain = tower.get(found.group());
        assertThat(plain.headers().firstValue("Cache-Control")).hasValue("public, max-age=31536000, immutable");
        String tag = plain.headers().firstValue("ETag").orElseThrow();
        assertThat(tower.ask(tower.known(found.group()).header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(304);
        HttpResponse<byte[]> packed = HttpClient.newHttpClient()
                .send(
                        tower.known(found.group())
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        BodyHandlers.ofByteArray());
        assertThat(packed.headers().firstValue("Content-Encoding")).hasValue("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                .asString()
                .isEqualTo(plain.body());
        String old = found.group().replaceAll("[0-9a-f]{16}", "0123456789abcdef");
        assertThat(tower.get(old).headers().firstValue("Cache-Control")).hasValue("no-cache");
        assertThat(tower.get(old.replace("tower.css", "secrets.txt")).statusCode())
                .isEqualTo(404);
    }

    @Test
    void allFilesTogetherAreSmall() {
        Assets assets = new Assets();
        assertThat(assets.bytes(false)).isLessThan(150 * 1024);
        assertThat(assets.bytes(true)).isLessThan(55 * 1024);
    }

    @Test
    void theFirstFindingDoesNotSayAgainWhatTheVerdictSays() throws Exception {
        String page = body("/");
        assertThat(page).contains("Cause: none has registered");
        assertThat(page.split("No agent is here", -1)).hasSize(2);
    }

    @Test
    void anEmptyFabricHasAMapperThatSaysSo() throws Exception {
        try (Mapper other = Mapper.start(MapperConfig.named("other"), broker.transport("other"));
                TestTower another = TestTower.of(other)) {
            assertThat(another.ask(another.known("/")).body()).contains("No agent is here", ">other</span>");
        }
    }
}
