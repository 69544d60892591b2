package io.nanite.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds Markdown against what it speaks of: Java must be a region of a source that is run, and a relative link must lead
 * somewhere. A fence says where its text comes from: {@code ```java file=PATH region=NAME}; a region stands between
 * {@code // region NAME} and {@code // endregion NAME}.
 */
final class Documents {

    private static final Pattern FENCE = Pattern.compile("^```(\\w*)(.*)$");
    private static final Pattern FILE = Pattern.compile("\\bfile=(\\S+)");
    private static final Pattern REGION = Pattern.compile("\\bregion=(\\S+)");
    private static final Pattern LINK = Pattern.compile("(?<!!)\\[[^\\]]*]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("`[^`]*`");
    private static final Pattern MARKER = Pattern.compile("^\\s*// (end)?region .*$");

    private final Path root;

    /** {@code root} is the folder that file= starts from. */
    Documents(Path root) {
        this.root = root;
    }

    /** Every document of the project. */
    List<Path> all() {
        try (Stream<Path> top = Files.list(root);
                Stream<Path> docs = Files.walk(root.resolve("docs"));
                Stream<Path> examples = Files.walk(root.resolve("examples"))) {
            return Stream.of(top, docs, examples)
                    .flatMap(files -> files)
                    .filter(file -> file.getFileName().toString().endsWith(".md"))
                    .filter(file -> !file.toString().contains("target"))
                    .sorted()
                    .collect(Collectors.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is wrong with this one, a sentence for each. */
    List<String> problems(Path document) {
        return problems(document, read(document));
    }

    /** What would be wrong with it if it had this text. */
    List<String> problems(Path document, String text) {
        List<String> problems = new ArrayList<>();
        List<String> prose = new ArrayList<>();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            Matcher fence = FENCE.matcher(lines.get(i));
            if (!fence.matches()) {
                prose.add(CODE.matcher(lines.get(i)).replaceAll(""));
                continue;
            }
            int start = i + 1;
            do {
                i++;
            } while (i < lines.size() && !lines.get(i).startsWith("```"));
            if (i == lines.size()) {
                problems.add("%s:%d: a fence that does not end".formatted(document, start));
            } else if (fence.group(1).equals("java")) {
                String where = "%s:%d".formatted(document, start);
                problemWithSnippet(where, fence.group(2), lines.subList(start, i))
                        .ifPresent(problems::add);
            }
        }
        for (String line : prose) {
            Matcher link = LINK.matcher(line);
            while (link.find()) {
                problemWithLink(document, link.group(1), text).ifPresent(problems::add);
            }
        }
        return problems;
    }

    private Optional<String> problemWithSnippet(String where, String info, List<String> printed) {
        Matcher file = FILE.matcher(info);
        Matcher region = REGION.matcher(info);
        if (!file.find() || !region.find()) {
            return Optional.of("%s: Java that nobody runs (expected: file=PATH region=NAME)".formatted(where));
        }
        Path source = root.resolve(file.group(1));
        if (!Files.isRegularFile(source)) {
            return Optional.of("%s: %s is not there".formatted(where, file.group(1)));
        }
        List<String> wanted = region(read(source), region.group(1));
        if (wanted.isEmpty()) {
            return Optional.of("%s: %s has no region %s".formatted(where, file.group(1), region.group(1)));
        }
        if (!wanted.equals(printed)) {
            return Optional.of("%s: is not what %s has in its region %s, which is:%n%s"
                    .formatted(where, file.group(1), region.group(1), String.join("\n", wanted)));
        }
        return Optional.empty();
    }

    /** The lines of a region without what they are all indented by; none if there is no such region. */
    private static List<String> region(String source, String name) {
        List<String> lines = source.lines().toList();
        int from = indexOf(lines, "// region " + name);
        int to = indexOf(lines, "// endregion " + name);
        if (from < 0 || to < from) {
            return List.of();
        }
        String text = lines.subList(from + 1, to).stream()
                .filter(line -> !MARKER.matcher(line).matches())
                .collect(Collectors.joining("\n"));
        return text.stripIndent().strip().lines().toList();
    }

    private static int indexOf(List<String> lines, String marker) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).strip().equals(marker)) {
                return i;
            }
        }
        return -1;
    }

    private Optional<String> problemWithLink(Path document, String link, String text) {
        if (link.contains(":")) {
            return Optional.empty();
        }
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path folder = document.getParent();
        Path target = path.isEmpty() || folder == null
                ? document
                : folder.resolve(path).normalize();
        if (!path.isEmpty() && !Files.exists(target)) {
            return Optional.of("%s: %s leads nowhere".formatted(document, link));
        }
        if (hash >= 0) {
            String there = path.isEmpty() ? text : read(target);
            String anchor = link.substring(hash + 1);
            if (headings(there).noneMatch(anchor::equals)) {
                return Optional.of("%s: %s: no such heading".formatted(document, link));
            }
        }
        return Optional.empty();
    }

    /** As they stand in links. */
    private static Stream<String> headings(String text) {
        return text.lines().filter(line -> line.startsWith("#")).map(line -> line.replaceFirst("^#+\\s*", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .replace(' ', '-'));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
