package io.nanite.admin;

import io.nanite.testkit.InMemoryBroker;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Makes a picture of each screen: light, dark, and as a phone shows it. */
final class Screens {

    private static final int MOST_COLOURS = 256;

    private Screens() {}

    /** Arguments: where to, and perhaps which screens. */
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        Files.createDirectories(folder);
        List<String> only = List.of(arguments).subList(1, arguments.length);
        InMemoryBroker broker = InMemoryBroker.threaded();
        try (LivingFabric fabric = new LivingFabric(broker::transport);
                TestTower tower = TestTower.of(fabric.mapper);
                Browser browser = new Browser()) {
            fabric.populate();
            String failed = fabric.work();
            take(folder, browser, tower, screens(failed), only);
        }
        System.exit(0);
    }

    static Map<String, String> screens(String token) {
        Map<String, String> screens = new LinkedHashMap<>();
        screens.put("fabric", "/");
        screens.put("send", "/send?service=/image/resize&payload=photo.jpg");
        screens.put("agents", "/agents");
        screens.put("agent", "/agents/fred");
        screens.put("services", "/services");
        screens.put("service", "/services/simple/echo");
        screens.put("requests", "/requests");
        screens.put("request", "/requests/" + token);
        screens.put("queues", "/queues");
        screens.put("parking", "/parking");
        screens.put("offline", "/offline");
        screens.put("audit", "/audit");
        screens.put("login", "/login");
        return screens;
    }

    static void take(Path folder, Browser browser, TestTower tower, Map<String, String> screens, List<String> only)
            throws IOException {
        browser.go(tower.tower.link());
        for (Map.Entry<String, String> screen : screens.entrySet()) {
            if (!only.isEmpty() && !only.contains(screen.getKey())) {
                continue;
            }
            for (String look : List.of("light", "dark", "phone")) {
                browser.dark(look.equals("dark"));
                browser.size(look.equals("phone") ? 390 : 1280, look.equals("phone") ? 844 : 860);
                browser.go(tower.uri(screen.getValue()));
                if (!screen.getKey().equals("login")) {
                    browser.awaitLive();
                }
                if (screen.getKey().equals("send")) {
                    browser.find("button.go").click();
                    browser.await("document.querySelector('.answer .is-ok, .answer .is-failed')");
                }
                if (screen.getKey().equals("agents")) {
                    browser.await("document.querySelector('tr[aria-rowindex]')");
                }
                browser.run("return new Promise(r => requestAnimationFrame(() => setTimeout(r, 400)))");
                Files.write(
                        folder.resolve("%s-%s.png".formatted(screen.getKey(), look)),
                        quantised(browser.screenshot()));
            }
        }
    }

    /** The same picture with at most 256 colours, where it has not many more: a third of the size. */
    static byte[] quantised(byte[] png) throws IOException {
        BufferedImage full = ImageIO.read(new ByteArrayInputStream(png));
        Map<Integer, Integer> counts = new HashMap<>();
        for (int y = 0; y < full.getHeight(); y++) {
            for (int x = 0; x < full.getWidth(); x++) {
                counts.merge(full.getRGB(x, y) & 0xfcfcfc, 1, Integer::sum);
            }
        }
        List<Integer> colours = counts.entrySet().stream()
                .sorted(Map.Entry.<Integer, Integer>comparingByValue().reversed())
                .limit(MOST_COLOURS)
                .map(Map.Entry::getKey)
                .toList();
        byte[][] parts = new byte[3][colours.size()];
        for (int i = 0; i < colours.size(); i++) {
            Color colour = new Color(colours.get(i) | (colours.get(i) >> 6 & 0x030303));
            parts[0][i] = (byte) colour.getRed();
            parts[1][i] = (byte) colour.getGreen();
            parts[2][i] = (byte) colour.getBlue();
        }
        IndexColorModel palette = new IndexColorModel(8, colours.size(), parts[0], parts[1], parts[2]);
        BufferedImage few =
                new BufferedImage(full.getWidth(), full.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, palette);
        Graphics2D graphics = few.createGraphics();
        graphics.drawImage(full, 0, 0, null);
        graphics.dispose();
        java.io.ByteArrayOutputStream out = new java.io.ByteArrayOutputStream();
        ImageIO.write(few, "png", out);
        return out.toByteArray();
    }
}
