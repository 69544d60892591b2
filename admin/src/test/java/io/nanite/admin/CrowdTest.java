package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.lang.management.ManagementFactory;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The pages in front of five thousand agents. */
@BrowserRequired
class CrowdTest {

    private static final int AGENTS = 5000;
    private static final int MOST_NODES = 2500;

    @Test
    void fiveThousandAgentsAreAListOfAsManyRowsAsCanBeSeen() throws Exception {
        InMemoryBroker broker = InMemoryBroker.threaded();
        try (Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("mapper"));
                Crowd crowd = new Crowd(broker.transport("nanite"), AGENTS);
                TestTower tower = TestTower.of(mapper);
                Browser browser = new Browser()) {
            crowd.arrive();
            browser.go(tower.tower.link());
            browser.go(tower.uri("/agents"));
            browser.await("document.getElementById('count')?.textContent === '5,000 agents'");
            browser.awaitLive();
            long paint =
                    browser.number("Math.round(performance.getEntriesByName('first-contentful-paint')[0].startTime)");
            assertThat(browser.number("document.querySelectorAll('*').length")).isLessThan(MOST_NODES);
            assertThat(browser.find("table.agents").getDomAttribute("aria-rowcount"))
                    .isEqualTo("5001");

            browser.run("scrollTo(0, document.documentElement.scrollHeight / 2)");
            browser.await(
                    "[...document.querySelectorAll('tr[aria-rowindex]')].some(r => r.textContent.includes('worker-25'))");
            browser.run("scrollTo(0, document.documentElement.scrollHeight)");
            browser.await(
                    "[...document.querySelectorAll('tr[aria-rowindex]')].some(r => r.textContent.includes('worker-4999'))");
            assertThat(browser.number("document.querySelectorAll('*').length")).isLessThan(MOST_NODES);

            browser.run("scrollTo(0, 0)");
            browser.find("input[name=q]").sendKeys("worker-4242");
            browser.awaitText("#count", "1 agent like that");
            assertThat(Objects.requireNonNull(browser.driver.getCurrentUrl())).endsWith("?q=worker-4242");
            browser.go(tower.uri("/agents?tag=gpu&sort=-load"));
            browser.await("document.getElementById('count')?.textContent === '1,667 agents like that'");
            browser.awaitLive();
            browser.await("document.querySelector('tr[aria-rowindex]')");
            long changes = changesIn(browser, 5000);
            browser.assertQuiet("agents");

            browser.go(tower.uri("/services/simple/echo"));
            browser.awaitLive();
            assertThat(browser.number("document.querySelectorAll('*').length")).isLessThan(MOST_NODES);
            browser.go(tower.uri("/"));
            browser.awaitLive();
            assertThat(browser.number("document.querySelectorAll('*').length")).isLessThan(MOST_NODES);

            System.gc();
            long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
            assertThat(heap).isLessThan(200);
            System.out.printf(
                    "%,d agents: first paint %d ms, %.1f changes of rows/s, heap of test, mapper and tower %d MiB%n",
                    AGENTS, paint, changes / 5.0, heap);
        }
    }

    /** How many rows are written in so many milliseconds. */
    private static long changesIn(Browser browser, int millis) {
        Object count = browser.driver.executeAsyncScript(
                "const [millis, done] = arguments; let n = 0;"
                        + "const o = new MutationObserver(l => n += l.filter(m => m.type === 'childList' && m.target.localName === 'tbody').reduce((s, m) => s + m.addedNodes.length, 0));"
                        + "o.observe(document.querySelector('table.agents tbody'), {childList: true, subtree: true});"
                        + "setTimeout(() => { o.disconnect(); done(n); }, millis)",
                millis);
        return ((Number) Objects.requireNonNull(count)).longValue();
    }
}
