package io.nanite.admin;

import io.javalin.http.Context;
import io.javalin.http.Handler;
import io.javalin.http.HttpStatus;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A question that a page asks the API on behalf of who wants to see it: with his rights, and with parameters of its own. What is
 * answered is kept here, and not sent. Of one thread.
 */
final class InnerCall implements InvocationHandler {

    private static final long MOST_WAIT_SECONDS = 10;

    private final Context outer;
    private final Map<String, String> path;
    private final Map<String, List<String>> query;
    private @Nullable String answer;
    private int status = 200;

    private InnerCall(Context outer, Map<String, String> path, Map<String, List<String>> query) {
        this.outer = outer;
        this.path = path;
        this.query = query;
    }

    /** What this says; {@link ProblemException} goes through. */
    static Facts ask(Handler handler, Context outer, Map<String, String> path, Map<String, List<String>> query)
            throws Exception {
        InnerCall call = new InnerCall(outer, path, query);
        handler.handle((Context)
                Proxy.newProxyInstance(InnerCall.class.getClassLoader(), new Class<?>[] {Context.class}, call));
        Facts facts = call.answer == null ? Facts.NONE : new Facts(Json.tree(call.answer));
        if (call.status >= 400) {
            throw new ProblemException(call.status, facts.text("detail"));
        }
        return facts;
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] given) throws Throwable {
        Object[] values = given == null ? new Object[0] : given;
        return switch (method.getName()) {
            case "pathParam" ->
                path.getOrDefault(name(values), outer.pathParamMap().getOrDefault(name(values), ""));
            case "queryParam" -> queried(values).stream().findFirst().orElse(null);
            case "queryParams" -> queried(values);
            case "queryParamMap" -> query;
            case "status" -> values.length > 0 ? status(self, values[0]) : passOn(method, values);
            case "contentType" -> values.length > 0 ? self : passOn(method, values);
            case "header" -> values.length > 1 ? self : passOn(method, values);
            case "result" -> values.length == 1 ? keep(self, values[0]) : passOn(method, values);
            case "future" -> await((Supplier<?>) values[0]);
            default -> passOn(method, values);
        };
    }

    private Object status(Object self, Object code) {
        status = code instanceof Integer number ? number : ((HttpStatus) code).getCode();
        return self;
    }

    private Object keep(Object self, Object result) {
        answer = result instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : result.toString();
        return self;
    }

    private static @Nullable Object await(Supplier<?> call) throws Exception {
        ((Future<?>) call.get()).get(MOST_WAIT_SECONDS, TimeUnit.SECONDS);
        return null;
    }

    private @Nullable Object passOn(Method method, Object[] values) throws Throwable {
        try {
            return method.invoke(outer, values);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private List<String> queried(Object[] values) {
        return query.getOrDefault(name(values), List.of());
    }

    private static String name(Object[] values) {
        return String.valueOf(values[0]);
    }
}
