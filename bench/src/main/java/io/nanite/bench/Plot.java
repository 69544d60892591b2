package io.nanite.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** A picture of lines over two logarithmic scales, as SVG: black on white with text, so that it can be read everywhere. */
final class Plot {

    private static final int WIDTH = 700;
    private static final int HEIGHT = 360;
    private static final int LEFT = 70;
    private static final int RIGHT = 200;
    private static final int TOP = 40;
    private static final int BOTTOM = 50;
    private static final List<String> COLOURS = List.of("#1b6ca8", "#b3400f", "#2d7d46", "#6b3fa0");
    private static final String DASHES = "6 4";

    private final String title;
    private final String across;
    private final String up;
    private final double lowest;
    private final double highest;
    private final Map<String, NavigableMap<Double, Double>> lines = new TreeMap<>();

    Plot(String title, String across, String up, double lowest, double highest) {
        this.title = title;
        this.across = across;
        this.up = up;
        this.lowest = lowest;
        this.highest = highest;
    }

    /** One point of the line of this name. */
    void point(String line, double x, double y) {
        lines.computeIfAbsent(line, unused -> new TreeMap<>()).put(x, y);
    }

    /** Writes the picture; a line whose name ends with {@code 99 %} is dashed. */
    void write(Path file) throws IOException {
        Files.writeString(file, svg());
    }

    private String svg() {
        double from = lines.values().stream()
                .mapToDouble(NavigableMap::firstKey)
                .min()
                .orElse(1);
        double to =
                lines.values().stream().mapToDouble(NavigableMap::lastKey).max().orElse(10);
        StringBuilder svg = new StringBuilder();
        svg.append(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"12\">%n"
                        .formatted(WIDTH, HEIGHT));
        svg.append("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n".formatted(WIDTH, HEIGHT));
        text(svg, LEFT, TOP - 18, "start", title);
        text(svg, (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, "middle", across);
        text(svg, 8, TOP - 18, "start", up);
        for (double x = from; x <= to; x *= 10) {
            int at = x(x, from, to);
            grid(svg, at, TOP, at, HEIGHT - BOTTOM);
            text(svg, at, HEIGHT - BOTTOM + 18, "middle", number(x));
        }
        for (double y = lowest; y <= highest * 1.001; y *= 10) {
            int at = y(y);
            grid(svg, LEFT, at, WIDTH - RIGHT, at);
            text(svg, LEFT - 8, at + 4, "end", number(y));
        }
        int index = 0;
        for (Map.Entry<String, NavigableMap<Double, Double>> line : lines.entrySet()) {
            draw(svg, line.getKey(), line.getValue(), from, to, index);
            index++;
        }
        return svg.append("</svg>\n").toString();
    }

    private void draw(
            StringBuilder svg, String name, NavigableMap<Double, Double> points, double from, double to, int index) {
        boolean dashed = name.endsWith("99 %");
        String colour = COLOURS.get(index / 2 % COLOURS.size());
        String dashes = dashed ? " stroke-dasharray=\"" + DASHES + "\"" : "";
        StringBuilder path = new StringBuilder();
        points.forEach((x, y) -> path.append(path.length() == 0 ? "M" : " L")
                .append(x(x, from, to))
                .append(' ')
                .append(y(y)));
        svg.append(
                "<path d=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\"%s/>%n".formatted(path, colour, dashes));
        int row = TOP + 10 + index * 20;
        int key = WIDTH - RIGHT + 12;
        svg.append("<path d=\"M%d %d h24\" stroke=\"%s\" stroke-width=\"2\"%s/>%n".formatted(key, row, colour, dashes));
        text(svg, key + 30, row + 4, "start", name);
    }

    private static int x(double x, double from, double to) {
        double share = from == to ? 0 : Math.log10(x / from) / Math.log10(to / from);
        return (int) Math.round(LEFT + share * (WIDTH - RIGHT - LEFT));
    }

    private int y(double y) {
        double share = Math.log10(Math.max(lowest, Math.min(highest, y)) / lowest) / Math.log10(highest / lowest);
        return (int) Math.round(HEIGHT - BOTTOM - share * (HEIGHT - BOTTOM - TOP));
    }

    private static void grid(StringBuilder svg, int x1, int y1, int x2, int y2) {
        svg.append("<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#cccccc\"/>%n".formatted(x1, y1, x2, y2));
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
        svg.append("<text x=\"%d\" y=\"%d\" text-anchor=\"%s\" fill=\"#222222\">%s</text>%n"
                .formatted(x, y, anchor, text.replace("&", "&amp;").replace("<", "&lt;")));
    }

    private static String number(double value) {
        return value >= 1 ? String.format(Locale.ROOT, "%,.0f", value) : String.format(Locale.ROOT, "%s", value);
    }
}
