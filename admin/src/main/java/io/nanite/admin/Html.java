package io.nanite.admin;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A piece of a page. Any thread.
 *
 * <p>There is no way to write markup but by naming an element, so whatever comes from outside is text, wherever it stands. What a
 * person could not see (a control character, one that turns the direction of writing) is shown as {@code \\uXXXX}.
 */
sealed interface Html {

    /** Text, in which line ends and tabs are shown as escapes too. */
    static Html text(String text) {
        return new Text(text, false);
    }

    /** Text that has lines, as it stands in {@code pre}. */
    static Html lines(String text) {
        return new Text(text, true);
    }

    static Element el(String tag, Html... children) {
        return new Element(tag, List.of(), Arrays.asList(children));
    }

    static Element el(String tag, List<? extends Html> children) {
        return new Element(tag, List.of(), children);
    }

    static Element el(String tag, String text) {
        return el(tag, text(text));
    }

    /** Several pieces without an element around them. */
    static Html all(List<? extends Html> pieces) {
        return new Several(List.copyOf(pieces));
    }

    static Html all(Html... pieces) {
        return new Several(List.of(pieces));
    }

    static Html nothing() {
        return new Several(List.of());
    }

    void write(StringBuilder out);

    default String written() {
        StringBuilder out = new StringBuilder(8192);
        write(out);
        return out.toString();
    }

    /** Foreign words. */
    record Text(String text, boolean keepLines) implements Html {
        @Override
        public void write(StringBuilder out) {
            escape(text, keepLines, out);
        }
    }

    record Several(List<Html> pieces) implements Html {
        @Override
        public void write(StringBuilder out) {
            pieces.forEach(piece -> piece.write(out));
        }
    }

    /** An attribute of an element. */
    record Attribute(String name, String value) {}

    /** An element; {@code with} gives one that has more. */
    record Element(String tag, List<Attribute> attributes, List<? extends Html> children) implements Html {

        private static final Set<String> TAGS = Set.of(
                "a",
                "article",
                "aside",
                "b",
                "body",
                "button",
                "caption",
                "code",
                "datalist",
                "dd",
                "details",
                "div",
                "dl",
                "dt",
                "em",
                "fieldset",
                "footer",
                "form",
                "h1",
                "h2",
                "h3",
                "head",
                "header",
                "html",
                "input",
                "kbd",
                "label",
                "legend",
                "li",
                "link",
                "main",
                "meta",
                "nav",
                "noscript",
                "ol",
                "option",
                "output",
                "p",
                "pre",
                "script",
                "section",
                "select",
                "small",
                "span",
                "strong",
                "summary",
                "table",
                "tbody",
                "td",
                "template",
                "textarea",
                "tfoot",
                "th",
                "thead",
                "time",
                "title",
                "tr",
                "ul",
                "wbr");
        private static final Set<String> EMPTY = Set.of("input", "link", "meta", "wbr");
        private static final Pattern ATTRIBUTE = Pattern.compile("[a-z][a-z-]*");
        private static final Pattern ADDRESS = Pattern.compile("(?:/(?!/)|\\?|#|\\./).*|", Pattern.DOTALL);
        private static final Set<String> ADDRESSES = Set.of("href", "src", "action", "formaction", "data-href");

        public Element {
            if (!TAGS.contains(tag)) {
                throw new IllegalArgumentException("tag: %s (expected: one of %s)".formatted(tag, TAGS));
            }
            if (tag.equals("script") && !children.isEmpty()) {
                throw new IllegalArgumentException("script: with text (expected: with a src alone)");
            }
            attributes = List.copyOf(attributes);
            children = List.copyOf(children);
        }

        /**
         * In place of what it had of this name. Throws {@link IllegalArgumentException} for an attribute that would run something,
         * or lead elsewhere.
         */
        Element with(String name, String value) {
            if (!ATTRIBUTE.matcher(name).matches() || name.startsWith("on") || name.equals("style")) {
                throw new IllegalArgumentException("attribute: %s (expected: one that runs nothing)".formatted(name));
            }
            if (ADDRESSES.contains(name) && !ADDRESS.matcher(value).matches()) {
                throw new IllegalArgumentException(
                        "%s: %s (expected: an address of this tower)".formatted(name, value));
            }
            List<Attribute> more = new ArrayList<>(attributes);
            more.removeIf(attribute -> attribute.name().equals(name));
            more.add(new Attribute(name, value));
            return new Element(tag, more, children);
        }

        /** One that is there or not, as {@code disabled}. */
        Element with(String name, boolean there) {
            return there ? with(name, "") : this;
        }

        Element cls(String classes) {
            return with("class", classes);
        }

        /** With this behind what is in it. */
        Element and(Html... more) {
            List<Html> all = new ArrayList<>(children);
            all.addAll(Arrays.asList(more));
            return new Element(tag, attributes, all);
        }

        @Override
        public void write(StringBuilder out) {
            out.append('<').append(tag);
            for (Attribute attribute : attributes) {
                out.append(' ').append(attribute.name()).append("=\"");
                escape(attribute.value(), tag.equals("textarea") || tag.equals("input"), out);
                out.append('"');
            }
            out.append('>');
            if (EMPTY.contains(tag)) {
                return;
            }
            children.forEach(child -> child.write(out));
            out.append("</").append(tag).append('>');
        }
    }

    private static void escape(String text, boolean keepLines, StringBuilder out) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> out.append("&amp;");
                case '<' -> out.append("&lt;");
                case '>' -> out.append("&gt;");
                case '"' -> out.append("&quot;");
                case '\'' -> out.append("&#39;");
                default -> {
                    if ((keepLines && (c == '\n' || c == '\t')) || isVisible(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append("\\u%04x".formatted(c));
                    }
                }
            }
        });
    }

    private static boolean isVisible(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> false;
            default -> true;
        };
    }
}
