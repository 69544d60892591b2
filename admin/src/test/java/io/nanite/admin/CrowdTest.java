package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The pages in front of five thousand agents. */
@BrowserRequired
class CrowdTest {

    private static final int AGENTS = 5000;
    private static final int MOST_NODES = 2500;

    /**
     * These agents do not answer when they are asked where they are, so one that is once late is gone; and of those that went a mapper
     * remembers a few. A machine that is busy for half a minute would leave a crowd that is none.
     */
    private static final Duration PATIENT = Duration.ofMinutes(5);

    @Test
    void fiveThousandAgentsAreAListOfAsManyRowsAsCanBeSeen() throws Exception {
        InMemoryBroker broker = InMemoryBroker.threaded();
        try (Mapper mapper =
                        Mapper.start(MapperConfig.named("m").withAgentTimeout(PATIENT), broker.transport("mapper"));
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
            assertThat(mapper.agents()).hasSize(AGENTS);
            assertThat(Objects.requireNonNull(browser.driver.getCurrentUrl())).endsWith("?q=worker-4242");
            browser.go(tower.uri("/agents?tag=gpu&sort=-load"));
            browser.await("document.getElementById('count')?.textContent === '1,667 agents like that'");
            browser.awaitLive();
            browser.await("document.querySelector('tr[aria-rowindex]')");
            long changes = changesIn(browser, 5000);
            String byLoad = framesIn(browser, 10_000);
            browser.assertQuiet("agents");
            browser.go(tower.uri("/agents"));
            browser.awaitLive();
            browser.await("document.querySelector('tr[aria-rowindex]')");
            String byName = framesIn(browser, 10_000);
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
            System.out.printf("frames of 10 s: %s; of a third, by their load: %s%n", byName, byLoad);
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

    /** How long frames take, how long scripts held up those that took long, and how many changes of agents are told meanwhile. */
    private static String framesIn(Browser browser, int millis) {
        Object said = browser.driver.executeAsyncScript("""
                const [millis, done] = arguments;
                const frames = [];
                const scripts = [];
                let told = 0;
                let last = performance.now();
                const began = last;
                const source = new EventSource('/api/v1/events');
                source.addEventListener('agents', (event) => { told += JSON.parse(event.data).changed.length; });
                const slow = new PerformanceObserver((list) => list.getEntries().forEach(
                    (frame) => scripts.push(...frame.scripts.map((each) => each.duration))));
                slow.observe({ type: 'long-animation-frame' });
                const step = (now) => {
                  frames.push(now - last);
                  last = now;
                  if (now - began < millis) {
                    requestAnimationFrame(step);
                    return;
                  }
                  source.close();
                  slow.disconnect();
                  frames.sort((a, b) => a - b);
                  const at = (part) => frames[Math.floor((frames.length - 1) * part)].toFixed(1);
                  done(`median ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms, `
                    + `${frames.filter((f) => f > 50).length} of ${frames.length} longer than 50 ms, `
                    + `longest script of those ${Math.max(0, ...scripts).toFixed(0)} ms, ${Math.round(told * 1000 / millis)} changes/s`);
                };
                requestAnimationFrame(step);
                """, millis);
        return String.valueOf(said);
    }
}
