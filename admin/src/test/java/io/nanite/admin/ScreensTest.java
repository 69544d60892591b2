package io.nanite.admin;

import io.nanite.mapper.Job;
import io.nanite.testkit.InMemoryBroker;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.openqa.selenium.Keys;
import tools.jackson.databind.JsonNode;

/**
 * Makes a picture of each screen for the documents: light, dark, and as a phone shows it; and of what opens above a screen. Only
 * when asked to, so that a build leaves the checkout as it was.
 */
@BrowserRequired
@EnabledIfSystemProperty(named = "tower.screenshots", matches = "true")
class ScreensTest {

    private static final int MOST_COLOURS = 256;

    /** What opens above a screen, which is where; phones have no keys for it, or show it as others do. */
    private static final Map<String, String> ABOVE = Map.of("palette", "/", "confirm", "/agents/fred");

    /** So many times in a second something is asked for. */
    private static final int BURSTS = 7;

    /** How long the fabric lives before; charts show fifteen minutes. */
    private static final Duration LIFE = Duration.ofSeconds(Long.getLong("tower.seconds", 40));

    @Test
    void aPictureOfEachScreen() throws Exception {
        Path folder = Path.of(System.getProperty("tower.folder", "../docs/images/tower"));
        Files.createDirectories(folder);
        String only = System.getProperty("tower.only", "");
        InMemoryBroker broker = InMemoryBroker.threaded();
        try (LivingFabric fabric = new LivingFabric(broker::transport);
                TestTower tower = TestTower.of(
                        ControlTower.with(TestTower.config())
                                .version("0.1.0")
                                .desk(new ShelfDesk().filled(Instant.now())),
                        fabric.mapper);
                Browser browser = new Browser()) {
            fabric.populate();
            live(fabric, tower);
            Job failing = fabric.mapper.request("/billing/charge", Map.of("customer", 77, "cents", 4995));
            failing.await();
            String failed = failing.token().value();
            Map<String, String> screens = screens(tower, failed);
            screens.putAll(new TreeMap<>(ABOVE));
            take(folder, browser, tower, screens, only.isEmpty() ? List.of() : List.of(only.split(",")));
        }
    }

    /** Some life, so that there is something to see in the charts; then one agent dies. */
    private static void live(LivingFabric fabric, TestTower tower) throws IOException, InterruptedException {
        Random random = new Random(5);
        try (EventReader events = tower.events("/api/v1/events")) {
            for (long second = 0; second < LIFE.toSeconds(); second++) {
                events.await(event -> event.type().equals("second")); // one more that the charts show
                for (int i = 0; i < BURSTS; i++) {
                    burst(fabric, random);
                }
            }
        }
        fabric.kill("render-1");
    }

    private static void burst(LivingFabric fabric, Random random) {
        for (int i = random.nextInt(30); i >= 0; i--) {
            fabric.mapper.request("/simple/echo", Map.of("order", i));
        }
        for (int i = random.nextInt(4); i >= 0; i--) {
            fabric.mapper.request("/image/resize", "photo-%d.jpg".formatted(i));
        }
        if (random.nextInt(4) == 0) {
            fabric.mapper.request("/billing/charge", Map.of("customer", random.nextInt(90), "cents", 4995));
        }
    }

    /** Those that this tower has, and where they are. */
    static Map<String, String> screens(TestTower tower, String token) throws IOException, InterruptedException {
        String operations = tower.get("/api/v1/openapi.json").body();
        Map<String, String> screens = new LinkedHashMap<>();
        screens.put("fabric", "/");
        screens.put("send", "/send?service=/image/resize&payload=photo.jpg");
        screens.put("agents", "/agents");
        screens.put("agent", "/agents/fred");
        screens.put("services", "/services");
        screens.put("service", "/services/simple/echo");
        screens.put("requests", "/requests");
        screens.put("request", "/requests/" + token);
        putIfThere(screens, "queues", operations);
        putIfThere(screens, "parking", operations);
        putIfThere(screens, "offline", operations);
        putIfThere(screens, "audit", operations);
        if (operations.contains("/api/v1/parking\"")) {
            JsonNode letters = tower.json("/api/v1/parking").get("letters");
            if (!letters.isEmpty()) {
                screens.put("letter", "/parking/" + letters.get(0).get("id").asString());
            }
        }
        screens.put("login", "/login");
        return screens;
    }

    private static void putIfThere(Map<String, String> screens, String name, String operations) {
        if (operations.contains("/api/v1/" + name + "\"")) {
            screens.put(name, "/" + name);
        }
    }

    static void take(Path folder, Browser browser, TestTower tower, Map<String, String> screens, List<String> only)
            throws IOException {
        browser.go(tower.tower.link());
        for (Map.Entry<String, String> screen : screens.entrySet()) {
            if (screen.getKey().equals("fabric")) {
                browser.awaitText(".verdict", "went away");
            }
            if (!only.isEmpty() && !only.contains(screen.getKey())) {
                continue;
            }
            boolean above = ABOVE.containsKey(screen.getKey());
            for (String look : above ? List.of("light", "dark") : List.of("light", "dark", "phone")) {
                browser.dark(look.equals("dark"));
                browser.size(look.equals("phone") ? 390 : 1280, look.equals("phone") ? 844 : 860);
                browser.go(tower.uri(screen.getValue()));
                if (!screen.getKey().equals("login")) {
                    browser.awaitLive();
                }
                complete(screen.getKey(), browser);
                browser.run("return new Promise(r => requestAnimationFrame(() => setTimeout(r, 400)))");
                Files.write(
                        folder.resolve("%s-%s.png".formatted(screen.getKey(), look)), quantised(browser.screenshot()));
            }
        }
    }

    /** Has the screen be as it shall be seen. */
    private static void complete(String screen, Browser browser) {
        if (screen.equals("send")) {
            browser.find("button.go").click();
            browser.await("document.querySelector('.answer .is-ok, .answer .is-failed')");
        }
        if (List.of("fabric", "agent", "palette", "confirm").contains(screen)) {
            browser.await("document.querySelector('.legend b')?.textContent");
        }
        if (screen.equals("agents")) {
            browser.await("document.querySelector('tr[aria-rowindex]')");
        }
        if (screen.equals("palette")) {
            browser.chord(Keys.CONTROL, "k");
            browser.press("drain");
            browser.awaitText("#palette-list [aria-selected=true]", "Drain ");
        }
        if (screen.equals("confirm")) {
            browser.find("[data-call$=drain]").click();
            browser.awaitText("dialog.dialog", "Drain fred?");
        }
    }

    /** The same picture with at most 256 colours, where it has not many more: a third of the size. */
    static byte[] quantised(byte[] png) throws IOException {
        BufferedImage full = ImageIO.read(new ByteArrayInputStream(png));
        Map<Integer, Integer> counts = new HashMap<>();
        for (int y = 0; y < full.getHeight(); y++) {
            for (int x = 0; x < full.getWidth(); x++) {
                counts.merge(full.getRGB(x, y) & 0xffffff, 1, Integer::sum);
            }
        }
        List<Integer> colours = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .limit(MOST_COLOURS)
                .map(Map.Entry::getKey)
                .toList();
        byte[][] parts = new byte[3][colours.size()];
        for (int i = 0; i < colours.size(); i++) {
            Color colour = new Color(colours.get(i));
            parts[0][i] = (byte) colour.getRed();
            parts[1][i] = (byte) colour.getGreen();
            parts[2][i] = (byte) colour.getBlue();
        }
        IndexColorModel palette = new IndexColorModel(8, colours.size(), parts[0], parts[1], parts[2]);
        BufferedImage few =
                new BufferedImage(full.getWidth(), full.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, palette);
        Map<Integer, Integer> nearest = new HashMap<>();
        for (int y = 0; y < full.getHeight(); y++) {
            for (int x = 0; x < full.getWidth(); x++) {
                int index = nearest.computeIfAbsent(full.getRGB(x, y) & 0xffffff, colour -> nearest(colour, colours));
                few.getRaster().setSample(x, y, 0, index);
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(few, "png", out);
        return out.toByteArray();
    }

    private static int nearest(int colour, List<Integer> colours) {
        int best = 0;
        int least = Integer.MAX_VALUE;
        for (int i = 0; i < colours.size(); i++) {
            int other = colours.get(i);
            int apart = square((colour >> 16 & 255) - (other >> 16 & 255))
                    + square((colour >> 8 & 255) - (other >> 8 & 255))
                    + square((colour & 255) - (other & 255));
            if (apart < least) {
                least = apart;
                best = i;
            }
        }
        return best;
    }

    private static int square(int number) {
        return number * number;
    }
}
