package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.faultkit.FaultProxy;
import io.nanite.faultkit.rabbit.FreePorts;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The pages as somebody sees and uses them. */
@BrowserRequired
class BrowserTest {

    /** Whoever types before has typed for nobody. */
    private static final String NAME_IS_NEXT = "document.activeElement?.name === 'user'";

    private static Browser browser;

    @BeforeAll
    static void open() {
        browser = new Browser();
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    /** A fabric in memory, and a tower in front of it that the browser was let into. */
    private static final class Scene implements AutoCloseable {

        final InMemoryBroker broker = InMemoryBroker.threaded();
        final LivingFabric fabric = new LivingFabric(broker::transport);
        final ShelfDesk desk = new ShelfDesk();
        final TestTower tower =
                TestTower.of(ControlTower.with(TestTower.config()).desk(desk), fabric.mapper);

        Scene() {
            look();
            browser.go(tower.tower.link());
        }

        void go(String path) {
            browser.go(tower.uri(path));
        }

        @Override
        public void close() {
            browser.run("window.stop()");
            browser.go(URI.create("about:blank"));
            tower.close();
            fabric.close();
        }
    }

    private static void look() {
        browser.size(1280, 900);
        browser.dark(false);
        browser.driver.manage().deleteAllCookies();
        browser.driver.manage().logs().get("browser");
    }

    private static void visit(TestTower tower, Map<String, String> screens) {
        for (Map.Entry<String, String> screen : screens.entrySet()) {
            for (boolean dark : new boolean[] {false, true}) {
                String where = screen.getKey() + (dark ? ", dark" : ", light");
                browser.size(1280, 900);
                browser.dark(dark);
                browser.go(tower.uri(screen.getValue()));
                if (!screen.getKey().equals("login")) {
                    browser.awaitLive();
                }
                assertThat(browser.barriers()).as(where).isEmpty();
                browser.assertQuiet(where);
            }
            browser.size(390, 844);
            browser.go(tower.uri(screen.getValue()));
            assertThat(browser.number("document.documentElement.scrollWidth"))
                    .as(screen.getKey() + " on a phone")
                    .isLessThanOrEqualTo(390);
            assertThat(browser.barriers()).as(screen.getKey() + " on a phone").isEmpty();
        }
    }

    @EveryBroker
    void everyScreenWithDataKeepsToItsPolicyAndShutsNobodyOut(TestBroker broker) throws Exception {
        look();
        try (LivingFabric fabric = new LivingFabric(user -> new RabbitTransport(RabbitConfig.of(broker.uri(user))));
                TestTower tower = TestTower.of(fabric.mapper)) {
            browser.go(tower.tower.link());
            fabric.populate();
            visit(tower, ScreensTest.screens(tower, fabric.work()));
            browser.go(URI.create("about:blank"));
        }
    }

    @Test
    void everyScreenWithoutDataKeepsToItsPolicyAndShutsNobodyOut() throws Exception {
        InMemoryBroker broker = InMemoryBroker.threaded();
        look();
        try (Mapper mapper = Mapper.start(MapperConfig.named("empty"), broker.transport("mapper"));
                TestTower tower = TestTower.of(mapper)) {
            browser.go(tower.tower.link());
            Map<String, String> screens = ScreensTest.screens(tower, "none");
            screens.keySet().removeAll(List.of("agent", "service", "request"));
            screens.put("send", "/send");
            visit(tower, screens);
            browser.go(URI.create("about:blank"));
        }
    }

    @Test
    void aRequestSentFromThePageShowsWhatComesAsItComes() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.go("/send");
            browser.awaitLive();
            assertThat(browser.run("return document.activeElement.name")).isEqualTo("service");
            browser.press("/image/resize", Keys.TAB, "photo.jpg");
            browser.awaitText("#explained", "gets it");
            browser.chord(Keys.CONTROL, Keys.ENTER.toString());
            browser.awaitText(".answer .end", "webp");
            assertThat(browser.all(".answer .news li"))
                    .extracting(WebElement::getText)
                    .satisfies(news -> assertThat(news).hasSize(3))
                    .first()
                    .asString()
                    .contains("decoded", "4032");
            assertThat(browser.text(".answer .state")).isEqualTo("ok");
            assertThat(Objects.requireNonNull(browser.driver.getCurrentUrl()))
                    .contains("service=%2Fimage%2Fresize", "payload=photo.jpg");
            browser.assertQuiet("send");
        }
    }

    @Test
    void aRequestToAllShowsEachAgentAndOneThatWaitsCanBeCancelled() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.go("/send?service=/simple/echo&selector=all&payload=12345678901234567890");
            browser.awaitLive();
            browser.find("button.go").click();
            browser.await("document.querySelectorAll('.answer .end section').length === 3");
            assertThat(browser.text(".answer .end pre")).isEqualTo("12345678901234567890");
            scene.go("/send?service=/image/render&target=fred&selector=target");
            browser.awaitLive();
            browser.find("button.go").click();
            browser.await("document.querySelector('.answer header button')");
            browser.find(".answer header button").click();
            browser.awaitText(".answer .end", "cancelled");
            browser.assertQuiet("send");
        }
    }

    @Test
    void aPayloadThatIsNoJsonIsSaidToBeNoneAndNotSent() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.go("/send?service=/simple/echo");
            browser.awaitLive();
            browser.find("#payload").sendKeys("{\"a\": }");
            browser.awaitText("#payload-says", "not JSON");
            browser.find("button.go").click();
            assertThat(browser.all(".answer")).isEmpty();
            assertThat(browser.run("return document.activeElement.id")).isEqualTo("payload");
        }
    }

    @Test
    void whatIsNewIsThereWithoutLoadingThePage() throws Exception {
        try (Scene scene = new Scene()) {
            scene.go("/agents");
            browser.awaitLive();
            assertThat(browser.text("main")).contains("No agent is here yet.");
            browser.run("window.same = true");
            scene.fabric.agent("late", List.of("gpu"), new LivingFabric.Simple());
            browser.awaitText("table.agents", "late");
            scene.go("/requests");
            browser.awaitLive();
            scene.fabric.mapper.awaitService("/simple/echo", 1, java.time.Duration.ofSeconds(10));
            scene.fabric.mapper.request("/simple/echo", "x").await();
            browser.awaitText("main", "/simple/echo");
            browser.find(".live").click();
            browser.awaitText(".live", "Paused");
            scene.fabric.mapper.request("/simple/who", null).await();
            browser.find(".live").click();
            browser.awaitText("main", "/simple/who");
            browser.assertQuiet("agents");
        }
    }

    @Test
    void anAgentThatIsKilledTurnsRedAndIsNamedInTheVerdict() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.go("/");
            browser.awaitLive();
            browser.awaitText(".sentence", "4 agents are here");
            assertThat(browser.text(".verdict .state")).isEqualTo("well");
            scene.fabric.kill("bob");
            browser.awaitText(".sentence", "bob went away without a word");
            assertThat(browser.text(".verdict .state")).isEqualTo("bad");
            browser.awaitText("#said", "bob went away without a word");
            assertThat(browser.text(".finding")).contains("Cause: ", "See its requests");
            scene.go("/agents?state=dead");
            browser.awaitText("table.agents .is-dead", "dead");
            assertThat(browser.text("table.agents tbody")).contains("bob").doesNotContain("fred");
            browser.assertQuiet("verdict");
        }
    }

    @Test
    void aLetterIsCorrectedAndSentAgainFromThePage() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.desk.park("a1b2c3d4", "/simple/echo", Map.of("cents", -1), "gave up: cents: -1", Instant.now());
            scene.desk.park("b1b2c3d4", "/simple/echo", Map.of("cents", -2), "gave up: cents: -2", Instant.now());
            scene.go("/parking");
            browser.awaitText("main", "2 of 2 letters");
            browser.find("main table a.name").click();
            browser.awaitText("h1", "/simple/echo");
            browser.find("textarea[name=payload]").clear();
            browser.find("textarea[name=payload]").sendKeys("{\"cents\": 4995}");
            browser.find("form[data-replay] button").click();
            browser.await("location.pathname.startsWith('/requests/')");
            browser.awaitText("main", "4995");
            browser.awaitText("main .head", "ok");
            scene.go("/parking");
            browser.awaitText("main", "1 of 1 letter");
            browser.find(".actions .danger").click();
            browser.await("document.querySelector('dialog.dialog input')");
            assertThat(browser.find("dialog.dialog .danger").isEnabled()).isFalse();
            browser.press("purge 1 letter");
            browser.find("dialog.dialog .danger").click();
            browser.awaitText("main", "Nothing is parked.");
            browser.assertQuiet("parking");
        }
    }

    @Test
    void manyAgentsAreDrainedOnceTheirCountWasSeen() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.go("/agents?tag=gpu");
            browser.awaitText("#count", "2 agents like that");
            browser.find("[data-bulk=drain]").click();
            browser.awaitText("dialog.dialog", "Drain 2?");
            assertThat(browser.text("dialog.dialog"))
                    .contains("fred", "render-1")
                    .doesNotContain("bob");
            assertThat(browser.barriers()).as("dialog").isEmpty();
            browser.find("dialog.dialog .danger").click();
            browser.awaitText("#toasts", "2 done");
            browser.await("document.querySelectorAll('table.agents .is-draining').length === 2");
            scene.go("/agents/fred");
            browser.awaitLive();
            browser.find("[data-call$=ping]").click();
            browser.await("document.querySelector('#toasts .toast.is-ok')");
            browser.find("[data-call$=threads]").click();
            browser.awaitText("dialog.dialog pre", "fred");
            browser.press(Keys.ESCAPE);
            browser.find("[data-call$=resume]").click();
            browser.awaitText("main .head", "ready");
            browser.assertQuiet("bulk");
        }
    }

    @Test
    void whoLogsInSeesWhatHeMay() throws Exception {
        InMemoryBroker broker = InMemoryBroker.threaded();
        look();
        browser.allow("401");
        List<TowerUser> users = List.of(user("vera", Role.VIEWER), user("otto", Role.OPERATOR));
        try (LivingFabric fabric = new LivingFabric(broker::transport);
                TestTower tower =
                        TestTower.of(ControlTower.with(TestTower.config()).users(() -> users), fabric.mapper)) {
            fabric.populate();
            browser.go(tower.uri("/agents/fred"));
            browser.await(NAME_IS_NEXT);
            browser.press("vera", Keys.TAB, "wrong", Keys.ENTER);
            browser.await("!document.querySelector('[role=alert]').hidden");
            browser.find("input[name=password]").sendKeys("secret-vera", Keys.ENTER);
            browser.awaitText(".user", "vera");
            browser.go(tower.uri("/agents/fred"));
            browser.awaitText(".user", "viewer");
            assertThat(browser.all("main [data-call], main [data-bulk], nav [href$='/send']"))
                    .isEmpty();
            browser.find("[data-call$=logout]").click();
            browser.await(NAME_IS_NEXT);
            browser.press("otto", Keys.TAB, "secret-otto", Keys.ENTER);
            browser.awaitText(".user", "otto");
            browser.go(tower.uri("/agents/fred"));
            browser.awaitText("main .head", "Drain");
            assertThat(browser.text("main .head")).doesNotContain("Quarantine", "Log level");
            browser.go(URI.create("about:blank"));
        }
    }

    private static TowerUser user(String name, Role role) {
        return TowerUser.of(name, role, ("secret-" + name).toCharArray(), new SecureRandom());
    }

    @Test
    void everythingCanBeReachedWithTheKeyboardAlone() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.go("/");
            browser.awaitLive();
            browser.press(Keys.TAB);
            assertThat(browser.run("return document.activeElement.textContent")).isEqualTo("Skip to the content");
            browser.press(Keys.ENTER, Keys.TAB);
            assertThat(browser.run("return document.querySelector('main').contains(document.activeElement)"))
                    .isEqualTo(true);
            browser.press("/");
            browser.await("document.querySelector('dialog.palette').open");
            browser.press("fred");
            browser.awaitText("#palette-list [aria-selected=true]", "fred");
            assertThat(browser.barriers()).as("palette").isEmpty();
            browser.press(Keys.ENTER);
            browser.awaitText("h1", "fred");
            browser.awaitLive();
            browser.chord(Keys.CONTROL, "k");
            browser.press("/simple/e");
            browser.awaitText("#palette-list [aria-selected=true]", "/simple/echo");
            browser.press(Keys.ESCAPE);
            browser.await("!document.querySelector('dialog.palette').open");
            browser.chord(Keys.CONTROL, "k");
            browser.press("Reque", Keys.ENTER);
            browser.awaitText("h1", "Requests");
            browser.awaitLive();
            browser.chord(Keys.CONTROL, "k");
            browser.press("light", Keys.ENTER);
            browser.await("document.documentElement.dataset.theme === 'dark'");
            scene.go("/");
            assertThat(browser.run("return document.documentElement.dataset.theme"))
                    .isEqualTo("dark");
            browser.run("localStorage.clear()");
            browser.assertQuiet("palette");
        }
    }

    @Test
    void tabGoesThroughThePageInTheOrderThatIsSeen() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.populate();
            scene.go("/agents");
            browser.await("document.querySelector('tr[aria-rowindex]')");
            double before = -1;
            for (int i = 0; i < 40 && !isInMain(); i++) {
                browser.press(Keys.TAB);
            }
            assertThat(isInMain()).isTrue();
            for (int i = 0; i < 10; i++) {
                browser.press(Keys.TAB);
                Number top = (Number) Objects.requireNonNull(
                        browser.run("return document.activeElement.getBoundingClientRect().top"));
                assertThat(top.doubleValue()).isGreaterThanOrEqualTo(before - 30);
                assertThat(browser.run("const s = getComputedStyle(document.activeElement);"
                                + "return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2"))
                        .as("focus is seen")
                        .isEqualTo(true);
                before = top.doubleValue();
            }
        }
    }

    private static boolean isInMain() {
        return Boolean.TRUE.equals(
                browser.run("return document.querySelector('main').contains(document.activeElement)"));
    }

    @Test
    void aStreamThatIsCutGoesOnWithoutTellingAnythingTwice() throws Exception {
        InMemoryBroker broker = InMemoryBroker.threaded();
        look();
        int port = new FreePorts().next();
        try (FaultProxy cable = FaultProxy.before("127.0.0.1", port);
                LivingFabric fabric = new LivingFabric(broker::transport);
                TestTower tower = TestTower.of(
                        ControlTower.with(TestTower.config().withPort(port)).hosts(Set.of("127.0.0.1:" + cable.port())),
                        fabric.mapper)) {
            fabric.populate();
            URI there = URI.create("http://127.0.0.1:%d/".formatted(cable.port()));
            browser.go(there.resolve("/?token=" + tower.token));
            browser.go(there.resolve("/agents"));
            browser.awaitLive();
            browser.await("document.querySelectorAll('tr[aria-rowindex]').length === 4");
            browser.allow("ERR_");
            cable.refuse();
            cable.reset();
            browser.await("document.querySelector('.live').dataset.liveState !== 'live'");
            fabric.agent("meanwhile", List.of(), new LivingFabric.Simple());
            cable.accept();
            browser.awaitText("table.agents", "meanwhile");
            browser.awaitLive();
            assertThat(browser.all("tr[aria-rowindex]")).hasSize(5);
            browser.go(URI.create("about:blank"));
        }
    }

    @Test
    void whereThereIsNoStreamThePageAsks() throws Exception {
        try (Scene scene = new Scene()) {
            browser.driver.executeCdpCommand("Network.enable", Map.of());
            browser.driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of("*/api/v1/events")));
            browser.allow("/api/v1/events");
            scene.go("/agents");
            browser.awaitText(".live", "Asking every 3 s");
            scene.fabric.agent("late", List.of(), new LivingFabric.Simple());
            browser.awaitText("table.agents", "late");
            browser.driver.executeCdpCommand("Network.setBlockedURLs", Map.of("urls", List.of()));
            browser.assertQuiet("agents");
        }
    }

    @Test
    void whatIsHostileIsTextOnEveryScreen() throws Exception {
        try (Scene scene = new Scene()) {
            scene.fabric.agent("evil", List.of("<b id=pwned>", "\"><svg onload=alert(1)>"), new LivingFabric.Evil());
            assertThat(scene.fabric.mapper.awaitService("/evil/echo", 1, java.time.Duration.ofSeconds(10)))
                    .isTrue();
            String failed = scene.fabric
                    .mapper
                    .request("/evil/fails", Hostile.ALL)
                    .token()
                    .value();
            scene.fabric.mapper.request("/evil/echo", Hostile.ALL).await();
            for (String path : List.of(
                    "/",
                    "/agents",
                    "/agents/evil",
                    "/services/evil/echo",
                    "/requests",
                    "/requests/" + failed,
                    "/agents?q=%3Cb%20id=pwned%3E&tag=%22%3E%3Cb%20id=pwned%3E",
                    "/requests?q=%22%3E%3Cb%20id=pwned%3E&service=%3Cscript%3E",
                    "/send?service=%22%3E%3Cb%20id=pwned%3E&payload=%3C/textarea%3E%3Cb%20id=pwned%3E")) {
                scene.go(path);
                browser.awaitLive();
                harmless(path);
            }
            scene.go("/send?service=/evil/echo&selector=least_loaded");
            browser.awaitLive();
            browser.run(
                    "document.getElementById('payload').value = arguments[0];"
                            + "document.getElementById('payload').dispatchEvent(new Event('input', {bubbles: true}))",
                    new String(TestTower.JSON.writeValueAsBytes(Hostile.ALL), StandardCharsets.UTF_8));
            browser.find("button.go").click();
            browser.await("document.querySelector('.answer .end pre')");
            assertThat(browser.text(".answer .end")).contains("<img src=x onerror=alert(1)>", "\\u202e");
            harmless("answers");
            scene.go("/send?service=/evil/fails&payload=[1]");
            browser.awaitLive();
            browser.find("button.go").click();
            browser.await("document.querySelector('.answer .is-failed')");
            harmless("errors");
        }
    }

    private static void harmless(String where) {
        assertThat(
                        browser.number(
                                "document.querySelectorAll('#pwned, img, iframe, svg:not(.sparkline), "
                                        + "script:not([src]), [onload], [onerror], [onclick], [style]:not(.spacer td, .plot, .plot *)').length"))
                .as(where)
                .isZero();
        assertThat((String) browser.run("return document.documentElement.textContent"))
                .as(where)
                .doesNotContain("\u202e", "\u2066", "\u001b");
        browser.assertQuiet(where);
    }

    @Test
    void theScriptsDoWhatTheirTestsSay() throws Exception {
        try (Scene scene = new Scene()) {
            scene.go("/login");
            String tests = new String(
                    Objects.requireNonNull(BrowserTest.class.getResourceAsStream("js/tests.js"))
                            .readAllBytes(),
                    StandardCharsets.UTF_8);
            String at = (String) browser.run(
                    "const s=document.querySelector('script[type=module]').src;return s.slice(0,s.lastIndexOf('/'))");
            // The policy of a page lets nothing in that is not the tower's, these tests included.
            browser.driver.executeCdpCommand("Page.setBypassCSP", Map.of("enabled", true));
            scene.go("/login");
            Object result = browser.driver.executeAsyncScript(
                    "const done=arguments[2];"
                            + "import(URL.createObjectURL(new Blob([arguments[0]],{type:'text/javascript'})))"
                            + ".then(m=>m.run(arguments[1])).then(done,e=>done({passed:0,failed:[String(e.stack)]}))",
                    tests,
                    at);
            browser.driver.executeCdpCommand("Page.setBypassCSP", Map.of("enabled", false));
            Map<?, ?> counts = (Map<?, ?>) Objects.requireNonNull(result);
            assertThat((List<?>) counts.get("failed")).isEmpty();
            assertThat((Long) counts.get("passed")).isGreaterThan(45);
        }
    }

    @Test
    void aPolicyThatIsBrokenIsNoticed() throws Exception {
        try (Scene scene = new Scene()) {
            scene.go("/login");
            browser.run("const s=document.createElement('script');s.textContent='1';document.head.append(s)");
            browser.await("window.violations.length > 0");
            assertThat((List<?>) browser.run("return window.violations")).hasSize(1);
            assertThat(browser.driver.manage().logs().get("browser").getAll()).isNotEmpty();
        }
    }
}
