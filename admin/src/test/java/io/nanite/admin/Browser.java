package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.OutputType;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.logging.LogEntry;
import org.openqa.selenium.logging.LogType;
import org.openqa.selenium.logging.LoggingPreferences;
import org.openqa.selenium.support.ui.WebDriverWait;

/**
 * A browser without a screen, with a profile of its own that goes with it. Everything that a page does against its policy, and
 * everything that it writes into the console, is remembered. Of one thread. Tests of other modules have it too, as this module's
 * test-jar.
 */
public final class Browser implements AutoCloseable {

    static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    static final Path DRIVER = Path.of("/usr/bin/chromedriver");

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    public final ChromeDriver driver;
    private final Path profile;
    private final List<String> allowed = new ArrayList<>();

    public Browser() {
        try {
            profile = Files.createTempDirectory("nanite-browser");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ChromeOptions options = new ChromeOptions();
        options.setBinary(CHROMIUM.toFile());
        options.addArguments(
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--lang=en",
                "--user-data-dir=" + profile);
        LoggingPreferences logs = new LoggingPreferences();
        logs.enable(LogType.BROWSER, java.util.logging.Level.ALL);
        options.setCapability("goog:loggingPrefs", logs);
        ChromeDriverService service = new ChromeDriverService.Builder()
                .usingDriverExecutable(DRIVER.toFile())
                .usingAnyFreePort()
                .withLogFile(new File("/dev/null"))
                .build();
        driver = new ChromeDriver(service, options);
        driver.manage().timeouts().scriptTimeout(Duration.ofMinutes(2));
        driver.executeCdpCommand("Page.enable", Map.of());
        driver.executeCdpCommand(
                "Page.addScriptToEvaluateOnNewDocument",
                Map.of(
                        "source",
                        "window.violations=[];document.addEventListener('securitypolicyviolation',"
                                + "e=>window.violations.push(e.violatedDirective+' '+e.blockedURI+' '+e.sourceFile+':'+e.lineNumber));"
                                + "window.addEventListener('error',e=>window.violations.push('error '+e.message));"
                                + "window.addEventListener('unhandledrejection',e=>window.violations.push('rejected '+e.reason));"));
        size(1280, 900);
    }

    public void size(int width, int height) {
        driver.executeCdpCommand(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", width < 600));
    }

    /** What the system of who looks prefers. */
    public void dark(boolean dark) {
        driver.executeCdpCommand(
                "Emulation.setEmulatedMedia",
                Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", dark ? "dark" : "light"))));
    }

    public void scripts(boolean on) {
        driver.executeCdpCommand("Emulation.setScriptExecutionDisabled", Map.of("value", !on));
    }

    public void go(java.net.URI address) {
        driver.get(address.toString());
    }

    public WebElement find(String css) {
        return driver.findElement(By.cssSelector(css));
    }

    public List<WebElement> all(String css) {
        return driver.findElements(By.cssSelector(css));
    }

    public String text(String css) {
        return find(css).getText();
    }

    /** Waits for what a script in the page says to be true. */
    public void await(String expression) {
        new WebDriverWait(driver, PATIENCE, Duration.ofMillis(50))
                .withMessage(() ->
                        expression + "; " + run("return document.getElementById('count')?.textContent") + "; the page: "
                                + driver.findElement(By.tagName("body")).getText())
                .until(page -> Boolean.TRUE.equals(run("return Boolean(" + expression + ")")));
    }

    public void awaitText(String css, String part) {
        await("document.querySelector('%s')?.textContent.includes('%s')".formatted(css, part));
    }

    public void awaitLive() {
        await("document.querySelector('.live')?.dataset.liveState === 'live'");
    }

    public @Nullable Object run(String script, Object... arguments) {
        return driver.executeScript(script, arguments);
    }

    public long number(String expression) {
        return ((Number) Objects.requireNonNull(run("return " + expression))).longValue();
    }

    /** As somebody types, wherever the focus is. */
    public void press(CharSequence... keys) {
        new Actions(driver).sendKeys(keys).perform();
    }

    public void chord(Keys held, String key) {
        new Actions(driver).keyDown(held).sendKeys(key).keyUp(held).perform();
    }

    public byte[] screenshot() {
        return driver.getScreenshotAs(OutputType.BYTES);
    }

    /** A message of the console that a test brings about. */
    public void allow(String part) {
        allowed.add(part);
    }

    /** That the page kept to its policy and had nothing to complain of. */
    public void assertQuiet(String where) {
        assertThat(run("return window.violations ?? []"))
                .as("violations, " + where)
                .isEqualTo(List.of());
        List<String> complaints = driver.manage().logs().get(LogType.BROWSER).getAll().stream()
                .map(LogEntry::getMessage)
                .filter(message -> allowed.stream().noneMatch(message::contains))
                .toList();
        assertThat(complaints).as("console, " + where).isEmpty();
    }

    /** What axe-core finds of the serious kind, one line each. */
    @SuppressWarnings("unchecked")
    public List<String> barriers() {
        run(axe());
        Object found = driver.executeAsyncScript("const done=arguments[arguments.length-1];"
                + "axe.run(document,{resultTypes:['violations'],runOnly:['wcag2a','wcag2aa','wcag21a','wcag21aa','wcag22aa','best-practice']})"
                + ".then(r=>done(r.violations.filter(v=>v.impact==='serious'||v.impact==='critical')"
                + ".map(v=>v.id+': '+v.help+' '+v.nodes.slice(0,3).map(n=>n.html.slice(0,160)+' '+n.failureSummary).join(' | '))))"
                + ".catch(e=>done(['axe: '+e]))");
        return (List<String>) Objects.requireNonNull(found);
    }

    private static String axe() {
        try (InputStream script = Browser.class.getResourceAsStream("/axe/axe.min.js")) {
            return new String(Objects.requireNonNull(script).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        Object process = driver.getCapabilities().getCapability("goog:processID");
        List<ProcessHandle> processes = process instanceof Number pid
                ? ProcessHandle.of(pid.longValue()).stream()
                        .flatMap(chromium -> Stream.concat(Stream.of(chromium), chromium.descendants()))
                        .toList()
                : List.of();
        driver.quit();
        // Whatever still lives still writes.
        processes.forEach(each -> each.onExit().orTimeout(60, TimeUnit.SECONDS).join());
        try (Stream<Path> files = Files.walk(profile)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
