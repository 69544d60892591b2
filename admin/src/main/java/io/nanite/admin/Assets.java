package io.nanite.admin;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Style sheets, scripts and the icon of the pages, out of the archive. Their address holds a hash of all of them: a browser keeps
 * them for ever, and asks for others once one has changed. Any thread.
 */
final class Assets {

    private static final List<String> FILES = List.of(
            "actions.js",
            "agents.js",
            "charts.js",
            "dom.js",
            "format.js",
            "icon.svg",
            "live.js",
            "palette.js",
            "patch.js",
            "send.js",
            "theme.js",
            "tower.css",
            "tower.js",
            "uPlot.iife.min.js",
            "uPlot.LICENSE.txt",
            "uPlot.min.css",
            "virtual.js");

    private final Map<String, Asset> assets = new LinkedHashMap<>();
    private final String version;

    private static final class Asset {

        final String type;
        final byte[] plain;
        final byte[] packed;

        Asset(String type, byte[] plain, byte[] packed) {
            this.type = type;
            this.plain = plain;
            this.packed = packed;
        }
    }

    Assets() {
        MessageDigest digest = sha256();
        for (String name : FILES) {
            byte[] bytes = read(name);
            digest.update(bytes);
            assets.put(name, new Asset(type(name), bytes, packed(bytes)));
        }
        version = HexFormat.of().formatHex(digest.digest(), 0, 8);
    }

    void addTo(RoutesConfig server) {
        server.get("/assets/{version}/{name}", this::answer);
    }

    /** Where one is, below where the tower is. */
    String path(String name) {
        if (!assets.containsKey(name)) {
            throw new IllegalArgumentException("asset: %s (expected: one of %s)".formatted(name, assets.keySet()));
        }
        return "/assets/%s/%s".formatted(version, name);
    }

    /** How much a browser fetches of all of them, in bytes; packed or as they are. */
    int bytes(boolean packed) {
        return assets.values().stream()
                .mapToInt(asset -> packed ? asset.packed.length : asset.plain.length)
                .sum();
    }

    private void answer(Context http) {
        @Nullable Asset asset = assets.get(http.pathParam("name"));
        if (asset == null) {
            throw new ProblemException(404, "no such file here");
        }
        boolean newest = http.pathParam("version").equals(version);
        String tag = '"' + version + '"';
        http.header("ETag", tag)
                .header("Vary", "Accept-Encoding")
                .header("Cache-Control", newest ? "public, max-age=31536000, immutable" : "no-cache");
        if (tag.equals(http.header("If-None-Match"))) {
            http.status(304);
            return;
        }
        @Nullable String takes = http.header("Accept-Encoding");
        boolean packs = takes != null && takes.contains("gzip");
        if (packs) {
            http.header("Content-Encoding", "gzip");
        }
        http.contentType(asset.type).result(packs ? asset.packed : asset.plain);
    }

    private static byte[] read(String name) {
        try (InputStream file = Assets.class.getResourceAsStream("assets/" + name)) {
            if (file == null) {
                throw new IllegalStateException("assets/%s: not in the archive".formatted(name));
            }
            return file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] packed(byte[] plain) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed) {
            {
                def.setLevel(Deflater.BEST_COMPRESSION);
            }
        }) {
            gzip.write(plain);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    private static String type(String name) {
        String end = name.substring(name.lastIndexOf('.') + 1);
        return switch (end) {
            case "js" -> "text/javascript; charset=utf-8";
            case "css" -> "text/css; charset=utf-8";
            case "svg" -> "image/svg+xml";
            default -> "text/plain; charset=utf-8";
        };
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
