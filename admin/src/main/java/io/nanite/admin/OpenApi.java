package io.nanite.admin;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Writes the OpenAPI 3.1 document of routes; what JSON looks like is read from the records that it is made of. */
final class OpenApi {

    private static final Map<Type, Map<String, Object>> SIMPLE = Map.ofEntries(
            Map.entry(String.class, Map.of("type", "string")),
            Map.entry(boolean.class, Map.of("type", "boolean")),
            Map.entry(Boolean.class, Map.of("type", "boolean")),
            Map.entry(int.class, Map.of("type", "integer")),
            Map.entry(Integer.class, Map.of("type", "integer")),
            Map.entry(long.class, Map.of("type", "integer")),
            Map.entry(Long.class, Map.of("type", "integer")),
            Map.entry(double.class, Map.of("type", "number")),
            Map.entry(Double.class, Map.of("type", "number")),
            // What was measured: nothing, where nothing was.
            Map.entry(Float.class, Map.of("anyOf", List.of(Map.of("type", "number"), Map.of("type", "null")))),
            Map.entry(Instant.class, Map.of("type", "string", "format", "date-time")));

    /** What needs no key. */
    private static final Set<String> OPEN = Set.of("live", "ready", "login");

    /** What is sent, of which anything may be left out that its operation does not ask for. */
    private static final Set<Class<?>> ORDERS = Set.of(
            Answers.Send.class,
            Answers.BulkOrder.class,
            Answers.LogLevel.class,
            Answers.Replay.class,
            Answers.Purge.class,
            Answers.Login.class);

    private final Map<String, Object> schemas = new TreeMap<>();

    private OpenApi() {}

    static Map<String, Object> document(List<Route> routes) {
        OpenApi api = new OpenApi();
        Map<String, Map<String, Object>> paths = new LinkedHashMap<>();
        for (Route route : routes) {
            paths.computeIfAbsent(route.documented(), path -> new LinkedHashMap<>())
                    .put(route.method().name().toLowerCase(Locale.ROOT), api.operation(route));
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("openapi", "3.1.0");
        document.put(
                "info",
                Map.of(
                        "title",
                        "Nanite Control Tower",
                        "version",
                        "1",
                        "license",
                        Map.of("name", "Apache-2.0", "identifier", "Apache-2.0")));
        document.put("security", List.of(Map.of("bearer", List.of()), Map.of("cookie", List.of())));
        document.put("paths", paths);
        document.put(
                "components",
                Map.of(
                        "schemas",
                        api.schemas,
                        "securitySchemes",
                        Map.of(
                                "bearer",
                                Map.of("type", "http", "scheme", "bearer"),
                                "cookie",
                                Map.of("type", "apiKey", "in", "cookie", "name", "nanite-tower-PORT"))));
        return document;
    }

    private Map<String, Object> operation(Route route) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", route.id());
        operation.put("summary", route.summary());
        operation.put("x-role", route.role().word());
        List<Object> parameters = new ArrayList<>();
        for (String name : route.parameters()) {
            parameters.add(Map.of("name", name, "in", "path", "required", true, "schema", Map.of("type", "string")));
        }
        for (Route.Query query : route.queries()) {
            parameters.add(Map.of(
                    "name",
                    query.name(),
                    "in",
                    "query",
                    "required",
                    query.required(),
                    "description",
                    query.description(),
                    "schema",
                    Map.of("type", "string")));
        }
        if (!parameters.isEmpty()) {
            operation.put("parameters", parameters);
        }
        if (route.body() != null) {
            operation.put(
                    "requestBody",
                    Map.of("required", true, "content", content("application/json", reference(route.body()))));
        }
        Map<String, Object> responses = new TreeMap<>();
        boolean empty = route.answer() == null && route.contentType().equals("application/json");
        responses.put(
                Integer.toString(route.status()),
                empty
                        ? Map.of("description", "done")
                        : Map.of(
                                "description",
                                "done",
                                "content",
                                content(
                                        route.contentType(),
                                        route.answer() == null
                                                ? Map.of("type", "string")
                                                : reference(route.answer()))));
        List<Integer> errors = new ArrayList<>(route.errors());
        if (OPEN.contains(route.id())) {
            operation.put("security", List.of());
        } else {
            errors.add(401);
        }
        errors.add(421);
        for (Integer status : errors) {
            responses.put(
                    status.toString(),
                    Map.of(
                            "description",
                            "not done",
                            "content",
                            content("application/problem+json", reference(Answers.Problem.class))));
        }
        operation.put("responses", responses);
        return operation;
    }

    private static Map<String, Object> content(String type, Map<String, Object> schema) {
        return Map.of(type, Map.of("schema", schema));
    }

    private Map<String, Object> reference(Class<?> type) {
        if (Map.class.isAssignableFrom(type)) {
            return Map.of("type", "object");
        }
        String name = type.getSimpleName();
        if (!schemas.containsKey(name)) {
            schemas.put(name, Map.of()); // one that holds itself ends here
            Map<String, Object> properties = new LinkedHashMap<>();
            List<String> required = new ArrayList<>();
            for (RecordComponent component : type.getRecordComponents()) {
                AnnotatedType annotated = component.getAnnotatedType();
                boolean nullable = annotated.isAnnotationPresent(Nullable.class);
                properties.put(component.getName(), schema(component.getGenericType(), nullable));
                if (!ORDERS.contains(type)) {
                    required.add(component.getName());
                }
            }
            Map<String, Object> schema = new LinkedHashMap<>();
            schema.put("type", "object");
            schema.put("properties", properties);
            schema.put("required", required);
            schema.put("additionalProperties", false);
            schemas.put(name, schema);
        }
        return Map.of("$ref", "#/components/schemas/" + name);
    }

    private Map<String, Object> schema(Type type, boolean nullable) {
        Map<String, Object> schema = schema(type);
        if (!nullable || schema.isEmpty()) {
            return schema;
        }
        return Map.of("anyOf", List.of(schema, Map.of("type", "null")));
    }

    private Map<String, Object> schema(Type type) {
        Map<String, Object> simple = SIMPLE.get(type);
        if (simple != null) {
            return simple;
        }
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            return generic.getRawType().equals(Map.class)
                    ? Map.of("type", "object", "additionalProperties", schema(arguments[1]))
                    : Map.of("type", "array", "items", schema(arguments[0]));
        }
        return type instanceof Class<?> known && known.isRecord() ? reference(known) : Map.of();
    }
}
