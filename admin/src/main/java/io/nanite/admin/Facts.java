package io.nanite.admin;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** What the API said, as a page reads it: what is not there is empty, and no page fails for it. Any thread. */
record Facts(JsonNode json) {

    static final Facts NONE = new Facts(MissingNode.getInstance());

    Facts at(String key) {
        return new Facts(json.path(key));
    }

    boolean has(String key) {
        return at(key).isThere();
    }

    boolean isThere() {
        return !json.isMissingNode() && !json.isNull();
    }

    /** A text, or a number as it is written; empty if there is none. */
    String text(String key) {
        return at(key).text();
    }

    String text() {
        return json.isString() ? json.stringValue() : json.isValueNode() && isThere() ? json.toString() : "";
    }

    /** Not a number if there is none. */
    double number(String key) {
        return at(key).number();
    }

    double number() {
        return json.isNumber() ? json.doubleValue() : Double.NaN;
    }

    /** 0 if there is none. */
    long count(String key) {
        JsonNode value = json.path(key);
        return value.isNumber() ? value.longValue() : 0;
    }

    boolean is(String key) {
        JsonNode value = json.path(key);
        return value.isBoolean() && value.booleanValue();
    }

    @Nullable
    Instant time(String key) {
        try {
            return has(key) ? Instant.parse(text(key)) : null;
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    List<Facts> list(String key) {
        return at(key).list();
    }

    List<Facts> list() {
        return json.valueStream().map(Facts::new).toList();
    }

    List<String> texts(String key) {
        return list(key).stream().map(Facts::text).toList();
    }

    /** The members of an object, by name. */
    Map<String, Facts> members() {
        Map<String, Facts> members = new TreeMap<>();
        json.properties().forEach(member -> members.put(member.getKey(), new Facts(member.getValue())));
        return members;
    }

    /** The JSON, over several lines; empty if there is none. */
    String pretty() {
        return json.isMissingNode() ? "" : Json.pretty(json);
    }
}
