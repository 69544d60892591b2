package io.nanite.cli.console;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A call as it was typed into the console of the original, in Ruby: {@code request('/foo/bar', 'hi', :selector => :all) {|res|
 * p res }}. Any command can be called so: values are its arguments, pairs its flags.
 */
final class OriginalLine {

    private static final Pattern CALL =
            Pattern.compile("\\s*(?:Nanite\\s*\\.\\s*)?([a-z_]+)\\s*\\((.*)", Pattern.DOTALL);
    private static final Pattern BLOCK = Pattern.compile(
            "\\s*(?:\\{|do\\b)\\s*\\|\\s*(\\w+)\\s*\\|\\s*(?:(?:p|pp|puts|print)\\b\\s*\\(?\\s*\\1\\s*\\)?\\s*;?)?\\s*(?:\\}|end)\\s*;?\\s*");
    private static final Pattern NUMBER = Pattern.compile("-?\\d[\\d_]*(\\.\\d+)?([eE][-+]?\\d+)?");
    private static final Pattern SYMBOL = Pattern.compile(":([A-Za-z_]\\w*)(?!\\w)");
    private static final Pattern KEY = Pattern.compile("([A-Za-z_]\\w*):(?!:)");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final String text;
    private int at;

    private OriginalLine(String text) {
        this.text = text;
    }

    /** Whether the line begins like such a call. */
    static boolean isCall(String line) {
        return CALL.matcher(line).matches();
    }

    /** The arguments of the command, its name first. Throws {@link ConfigException} for Ruby that is more than a call. */
    static List<String> arguments(String line) {
        Matcher call = CALL.matcher(line);
        if (!call.matches()) {
            throw new IllegalArgumentException("line: %s (expected: a call)".formatted(line));
        }
        List<String> arguments = new ArrayList<>();
        arguments.add(call.group(1).replace('_', '-'));
        new OriginalLine(call.group(2)).read(arguments);
        return arguments;
    }

    private void read(List<String> arguments) {
        List<String> flags = new ArrayList<>();
        boolean first = true;
        while (!skipped(')')) {
            String key = key();
            if (key != null) {
                flags.add(flag(key, value()));
            } else {
                Object value = value();
                if (accepted("=>")) {
                    flags.add(flag(String.valueOf(value), value()));
                } else {
                    // The service goes as it is; of a payload JSON says what is a text and what a number.
                    arguments.add(first && value instanceof String name ? name : JSON.writeValueAsString(value));
                    first = false;
                }
            }
            if (!skipped(',') && !ahead(')')) {
                throw wrong("a comma or )");
            }
        }
        String block = text.substring(at);
        if (!block.isBlank() && !BLOCK.matcher(block).matches()) {
            throw ConfigException.of("block", Printable.of(block.strip()), "{|res| p res }; for more there is eval");
        }
        arguments.addAll(flags);
    }

    private static String flag(String key, @Nullable Object value) {
        String name = key.replace('_', '-');
        if (value instanceof Boolean set) {
            return (set ? "--" : "--no-") + name;
        }
        String text = value instanceof List<?> several
                ? several.stream().map(String::valueOf).collect(Collectors.joining(","))
                : String.valueOf(value);
        return "--%s=%s".formatted(name, text);
    }

    private @Nullable String key() {
        skip();
        Matcher key = KEY.matcher(text).region(at, text.length());
        if (!key.lookingAt()) {
            return null;
        }
        at = key.end();
        return key.group(1);
    }

    private @Nullable Object value() {
        skip();
        if (at == text.length()) {
            throw wrong("a value");
        }
        char c = text.charAt(at);
        return switch (c) {
            case '\'', '"' -> string(c);
            case '[' -> list();
            case '{' -> map();
            default -> plain();
        };
    }

    private @Nullable Object plain() {
        Matcher symbol = SYMBOL.matcher(text).region(at, text.length());
        if (symbol.lookingAt()) {
            at = symbol.end();
            return symbol.group(1);
        }
        Matcher number = NUMBER.matcher(text).region(at, text.length());
        if (number.lookingAt()) {
            at = number.end();
            String digits = number.group().replace("_", "");
            return number.group(1) == null && number.group(2) == null
                    ? (Object) new BigInteger(digits)
                    : new BigDecimal(digits);
        }
        for (String word : List.of("true", "false", "nil")) {
            if (text.startsWith(word, at)) {
                at += word.length();
                return word.equals("nil") ? null : Boolean.valueOf(word);
            }
        }
        throw wrong("a text, number, list, hash, symbol, true, false or nil");
    }

    private String string(char mark) {
        StringBuilder string = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == mark) {
                at++;
                return string.toString();
            }
            if (c == '\\' && at + 1 < text.length()) {
                string.append(escaped(mark, text.charAt(++at)));
            } else {
                string.append(c);
            }
        }
        throw wrong("a closing " + mark);
    }

    private static String escaped(char mark, char c) {
        if (c == mark || c == '\\') {
            return String.valueOf(c);
        }
        if (mark == '\'') {
            return "\\" + c;
        }
        return switch (c) {
            case 'n' -> "\n";
            case 't' -> "\t";
            case 'r' -> "\r";
            case 'e' -> "\u001b";
            default -> String.valueOf(c);
        };
    }

    private List<@Nullable Object> list() {
        at++;
        List<@Nullable Object> list = new ArrayList<>();
        while (!skipped(']')) {
            list.add(value());
            if (!skipped(',') && !ahead(']')) {
                throw wrong("a comma or ]");
            }
        }
        return list;
    }

    private Map<String, @Nullable Object> map() {
        at++;
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (!skipped('}')) {
            String key = key();
            if (key == null) {
                key = String.valueOf(value());
                if (!accepted("=>") && !accepted(":")) {
                    throw wrong("=>");
                }
            }
            map.put(key, value());
            if (!skipped(',') && !ahead('}')) {
                throw wrong("a comma or }");
            }
        }
        return map;
    }

    private void skip() {
        while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
            at++;
        }
    }

    private boolean ahead(char c) {
        skip();
        return at < text.length() && text.charAt(at) == c;
    }

    private boolean skipped(char c) {
        if (!ahead(c)) {
            return false;
        }
        at++;
        return true;
    }

    private boolean accepted(String mark) {
        skip();
        if (!text.startsWith(mark, at)) {
            return false;
        }
        at += mark.length();
        return true;
    }

    private ConfigException wrong(String expected) {
        String rest = text.substring(Math.min(at, text.length())).strip();
        return ConfigException.of("line, at", rest.isEmpty() ? "its end" : Printable.of(rest), expected);
    }
}
