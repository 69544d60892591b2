package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.admin.Browser;
import io.nanite.admin.BrowserRequired;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.transport.Address;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The pages that look into a broker, with a broker behind them. */
@BrowserRequired
class TowerPagesTest {

    private static Browser browser;

    @BeforeAll
    static void open() {
        browser = new Browser();
    }

    @AfterAll
    static void close() {
        browser.close();
    }

    /** What nobody can do at first. */
    @Actor("late")
    static final class Late {

        private final List<Object> got = new CopyOnWriteArrayList<>();

        @Expose
        public Object mend(Object payload) {
            got.add(payload);
            return payload;
        }
    }

    /** A world that the browser was let into. */
    private static TowerWorld enter(TestBroker broker) throws InterruptedException {
        TowerWorld world = new TowerWorld(broker);
        browser.driver.manage().deleteAllCookies();
        browser.driver.manage().logs().get("browser");
        browser.go(world.tower.link());
        return world;
    }

    private static void go(TowerWorld world, String path) {
        browser.go(world.tower.uri().resolve(path));
    }

    private static void leave(String where) {
        browser.assertQuiet(where);
        browser.go(URI.create("about:blank"));
    }

    private static void park(TowerWorld world, char token, int payload) throws Exception {
        world.send(
                Address.DEAD_LETTER,
                TowerWorld.work("Request", TowerWorld.token(token), payload),
                Map.of("x-reason", "refused: %d".formatted(payload), "x-source", "nanite-fred"));
    }

    /** The cells of a row, by the name in its first. */
    private static String row(String name) {
        return "[...document.querySelectorAll('main tbody tr')].find(r => r.cells[0].textContent === '%s')"
                .formatted(name);
    }

    private static String cell(String name, int column) {
        return "%s?.cells[%d].textContent".formatted(row(name), column);
    }

    @EveryBroker
    void aJobThatIsPoisonIsFoundCorrectedAndSentAgain(TestBroker broker) throws Exception {
        try (TowerWorld world = enter(broker)) {
            world.send(
                    new Address.Queue("nanite-fred"),
                    TowerWorld.work("Request", TowerWorld.token('a'), 5).replace("\"tags\"", "\"attempt\":7,\"tags\""),
                    Map.of());
            go(world, "/parking");
            browser.awaitText("main", "1 of 1 letter");
            assertThat(browser.text(".prints")).contains("begun 7 times", "from nanite-fred");
            browser.find(".prints a").click();
            browser.await("location.search.startsWith('?reason=')");
            browser.awaitText("main", "1 of 1 letter");
            browser.find("main table a.name").click();
            browser.awaitText("h1", "/it/echo");
            assertThat(browser.text("main")).contains("begun 7 times", "x-source", "mapper-m", TowerWorld.token('a'));

            browser.find("textarea[name=payload]").clear();
            browser.find("textarea[name=payload]").sendKeys("{\"cents\": 4995}");
            browser.find("form[data-replay] button").click();

            browser.await("location.pathname.startsWith('/requests/')");
            browser.awaitText("main .head", "ok");
            assertThat(browser.text("main")).contains("4995");
            assertThat(world.it.got()).containsExactly(Map.of("cents", 4995));
            go(world, "/parking");
            browser.awaitText("main", "Nothing is parked.");
            leave("parking");
        }
    }

    @EveryBroker
    void aPurgeWantsItsSentenceTyped(TestBroker broker) throws Exception {
        try (TowerWorld world = enter(broker)) {
            park(world, 'a', 1);
            park(world, 'b', 2);
            go(world, "/parking");
            browser.awaitText("main", "2 of 2 letters");
            browser.find(".actions .danger").click();
            browser.await("document.querySelector('dialog.dialog input')");
            assertThat(browser.find("dialog.dialog .danger").isEnabled()).isFalse();
            browser.press("purge 1 letter");
            assertThat(browser.find("dialog.dialog .danger").isEnabled()).isFalse();
            browser.find("dialog.dialog input").clear();
            browser.find("dialog.dialog input").sendKeys("purge 2 letters");
            browser.find("dialog.dialog .danger").click();
            browser.awaitText("main", "Nothing is parked.");
            assertThat(world.get("/parking")).containsEntry("total", 0);
            leave("purge");
        }
    }

    /** The negative twin: what was typed is right for what was seen, and not for what is there. */
    @EveryBroker
    void aPurgeOfMoreThanWasSeenThrowsNothingAway(TestBroker broker) throws Exception {
        try (TowerWorld world = enter(broker)) {
            park(world, 'a', 1);
            go(world, "/parking");
            browser.awaitText("main", "1 of 1 letter");
            browser.find(".actions .danger").click();
            browser.await("document.querySelector('dialog.dialog input')");
            park(world, 'b', 2);
            browser.press("purge 1 letter");
            browser.allow("409");
            browser.find("dialog.dialog .danger").click();
            browser.awaitText("#toasts .is-bad", "expected: purge 2 letters");
            browser.awaitText("main", "2 of 2 letters");
            leave("purge");
        }
    }

    @EveryBroker
    void theQueuesOfTheBrokerAreShownAsTheyAre(TestBroker broker) throws Exception {
        try (TowerWorld world = enter(broker)) {
            park(world, 'a', 1);
            park(world, 'b', 2);
            go(world, "/queues");
            browser.await(cell("dead-letter", 2) + " === '2'");
            assertThat(browser.run("return " + cell("dead-letter", 1))).isEqualTo("parking");
            assertThat(browser.run("return " + cell("dead-letter", 4)))
                    .as("readers")
                    .isEqualTo("0");
            assertThat(browser.run("return " + cell("nanite-fred", 1))).isEqualTo("work");
            assertThat(browser.run("return " + cell("nanite-fred", 2)))
                    .as("ready")
                    .isEqualTo("0");
            assertThat(browser.run("return " + cell("nanite-fred", 3)))
                    .as("unacked, which AMQP does not say")
                    .isEqualTo("–");
            assertThat(browser.run("return " + cell("nanite-fred", 4)))
                    .as("readers")
                    .isEqualTo("1");
            assertThat(browser.text("main")).contains(broker.kind().equals("rabbitmq") ? "RabbitMQ" : "Broker-J");

            world.leave();
            browser.await(cell("nanite-fred", 4) + " === '0' || !" + row("nanite-fred"));
            leave("queues");
        }
    }

    @EveryBroker
    void workThatWaitsGoesWhenSomebodyComesWhoCanDoIt(TestBroker broker) throws Exception {
        Late late = new Late();
        try (TowerWorld world = enter(broker)) {
            Object token = Json.object(world.ask(
                                    "POST",
                                    "/requests",
                                    Map.of(
                                            "service",
                                            "/late/mend",
                                            "payload",
                                            7,
                                            "offline",
                                            true,
                                            "timeoutMillis",
                                            600_000))
                            .body())
                    .get("token");
            go(world, "/offline");
            browser.awaitText("main", "1 request waits");
            assertThat(browser.text("main table")).contains("/late/mend", "mapper-m", "least_loaded");

            try (Agent able = Agent.start(
                            AgentConfig.named("able"),
                            new RabbitTransport(RabbitConfig.of(broker.uri("nanite"))),
                            new AgentModule() {
                                @Override
                                protected void configure() {
                                    actor(late);
                                }
                            });
                    Mapper giving = Mapper.start(
                            MapperConfig.named("giving").withOfflineFailsafe(true),
                            new RabbitTransport(RabbitConfig.of(broker.uri())))) {
                browser.awaitText("main", "Nobody waits.");
                go(world, "/requests/" + token);
                browser.awaitText("main .head", "ok");
                assertThat(late.got).containsExactly(7);
                assertThat(able.identity().name()).isEqualTo("able");
                assertThat(giving.identity().name()).isEqualTo("giving");
                leave("offline");
            }
        }
    }
}
