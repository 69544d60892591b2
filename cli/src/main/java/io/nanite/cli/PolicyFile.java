package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Printable;
import io.nanite.core.security.Glob;
import io.nanite.core.security.Policy;
import io.nanite.core.security.Policy.Act;
import io.nanite.core.security.Policy.Rule;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonToken;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLParser;

/** Reads a policy, token by token, so that whatever is wrong is said with its line. Used by one thread, for one file. */
final class PolicyFile {

    private static final Glob ANY = new Glob("*");
    private static final int LONGEST = 255;

    private final Path file;
    private final YAMLParser parser;

    private PolicyFile(Path file, YAMLParser parser) {
        this.file = file;
        this.parser = parser;
    }

    /** Throws {@link ConfigException} that names the file, the line and what was expected there. */
    static Policy read(Path file) {
        try (YAMLParser parser = (YAMLParser) new YAMLMapper().createParser(Files.readString(file))) {
            return new PolicyFile(file, parser).policy();
        } catch (JacksonException e) {
            throw ConfigException.of(
                    file.toString(), "line " + Settings.line(e), "YAML; what begins with * stands in quotes");
        } catch (CharacterCodingException e) {
            throw ConfigException.of(file.toString(), "bytes that are no text", "UTF-8");
        } catch (IOException e) {
            throw ConfigException.of("policy", file, "a file that can be read");
        }
    }

    private Policy policy() {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw ConfigException.of(file.toString(), "no policy", "default: and rules:");
        }
        boolean allowsByDefault = false;
        List<Rule> rules = null;
        Set<String> keys = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = key(keys);
            parser.nextToken();
            switch (key) {
                case "default" -> allowsByDefault = allows(text(key));
                case "rules" -> rules = rules();
                default -> throw unknown(key, "default or rules");
            }
        }
        if (parser.nextToken() != null) {
            throw ConfigException.of(file.toString(), "several documents", "one");
        }
        if (rules == null) {
            throw ConfigException.of(file.toString(), "no rules", "rules: and a list of them, which may be empty: []");
        }
        return new Policy(allowsByDefault, rules);
    }

    private boolean allows(String text) {
        return switch (text) {
            case "allow" -> true;
            case "deny" -> false;
            default -> throw wrong("default", text, "allow or deny");
        };
    }

    private List<Rule> rules() {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrong("rules", found(), "a list of rules");
        }
        List<Rule> rules = new ArrayList<>();
        Set<String> names = new HashSet<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw wrong("rules", found(), "rules with name:, allow: or deny:, who:, services:");
            }
            Rule rule = rule();
            if (!names.add(rule.name())) {
                throw wrong("name", rule.name(), "each name once");
            }
            rules.add(rule);
        }
        return rules;
    }

    private Rule rule() {
        String name = null;
        Boolean allows = null;
        Set<Act> acts = Set.of();
        List<Glob> who = List.of(ANY);
        List<Glob> services = List.of(ANY);
        Set<String> keys = new HashSet<>();
        while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
            String key = key(keys);
            parser.nextToken();
            switch (key) {
                case "name" -> name = name();
                case "allow", "deny" -> {
                    if (allows != null) {
                        throw wrong(key, "beside the other", "one of allow and deny");
                    }
                    allows = key.equals("allow");
                    acts = acts(key);
                }
                case "who" -> who = globs(key);
                case "services" -> services = globs(key);
                default -> throw unknown(key, "name, allow, deny, who or services");
            }
        }
        if (name == null || allows == null) {
            throw wrong("rule", name == null ? "no name" : name, "a name, and allow: or deny:");
        }
        return new Rule(name, allows, acts, who, services);
    }

    private String name() {
        String name = text("name");
        if (name.isBlank() || !Printable.of(name).equals(name)) {
            throw wrong("name", name, "1 to 120 printable characters");
        }
        return name;
    }

    private Set<Act> acts(String key) {
        Set<Act> acts = EnumSet.noneOf(Act.class);
        for (String word : texts(key)) {
            acts.add(
                    switch (word) {
                        case "offer" -> Act.OFFER;
                        case "call" -> Act.CALL;
                        default -> throw wrong(key, word, "offer, call, or a list of both");
                    });
        }
        return acts;
    }

    private List<Glob> globs(String key) {
        boolean path = key.equals("services");
        List<Glob> globs = new ArrayList<>();
        for (String text : texts(key)) {
            boolean good = path ? text.matches("[*/][^\\s]*") : text.matches("[A-Za-z0-9_*-]+");
            if (!good || text.length() > LONGEST) {
                throw wrong(key, text, path ? "a path such as /billing/*" : "an identity such as nanite-billing-*");
            }
            globs.add(new Glob(text));
        }
        return globs;
    }

    /** One text, or a list with at least one. */
    private List<String> texts(String key) {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            return List.of(text(key));
        }
        List<String> texts = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            texts.add(text(key));
        }
        if (texts.isEmpty()) {
            throw wrong(key, "an empty list", "at least one, or leave it out");
        }
        return texts;
    }

    private String text(String key) {
        JsonToken token = parser.currentToken();
        if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL || parser.isCurrentAlias()) {
            throw wrong(key, found(), "a text, or a list of them");
        }
        return Objects.requireNonNull(parser.getString());
    }

    private String key(Set<String> before) {
        String key = Objects.requireNonNull(parser.currentName());
        if (!before.add(key)) {
            throw wrong(key, "twice", "once");
        }
        return key;
    }

    private String found() {
        JsonToken token = parser.currentToken();
        if (parser.isCurrentAlias()) {
            return "*" + parser.getString() + " without quotes";
        }
        return token == null || token == JsonToken.VALUE_NULL
                ? "nothing"
                : token.isScalarValue() ? String.valueOf(parser.getString()) : "a structure";
    }

    private ConfigException unknown(String key, String expected) {
        return wrong("key", key, expected);
    }

    private ConfigException wrong(String key, @Nullable String found, String expected) {
        int line = parser.currentTokenLocation().getLineNr();
        return ConfigException.of(
                "%s: line %d: %s".formatted(file, line, Printable.of(key)),
                Printable.of(String.valueOf(found)),
                expected);
    }
}
