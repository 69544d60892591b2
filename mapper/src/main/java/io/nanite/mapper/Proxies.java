package io.nanite.mapper;

import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Service;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Makes an interface callable whose methods are the services of an actor. Safe for use by many threads. */
final class Proxies {

    private final Mapper mapper;
    private final Typed typed;

    Proxies(Mapper mapper, Typed typed) {
        this.mapper = mapper;
        this.typed = typed;
    }

    /** What one method of the interface means. */
    private record Call(Service service, Type value, boolean asynchronous) {}

    /** Throws {@link IllegalArgumentException} for anything but an interface whose methods can be services. */
    <T> T proxy(Class<T> type, String prefix, CallOptions options) {
        if (!type.isInterface()) {
            throw new IllegalArgumentException("%s (expected: an interface)".formatted(type.getName()));
        }
        Map<Method, Call> calls = new HashMap<>();
        for (Method method : type.getMethods()) {
            if (!method.isDefault() && !Modifier.isStatic(method.getModifiers())) {
                calls.put(method, call(method, prefix));
            }
        }
        InvocationHandler handler = (proxy, method, arguments) -> {
            Call call = calls.get(method);
            if (call != null) {
                return call(call, arguments == null ? null : arguments[0], options);
            }
            return method.isDefault()
                    ? InvocationHandler.invokeDefault(proxy, method, arguments)
                    : ofObject(proxy, method, arguments, type, prefix);
        };
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static Call call(Method method, String prefix) {
        if (method.getParameterCount() > 1) {
            throw new IllegalArgumentException(
                    "%s: %d parameters (expected: none, or the payload)".formatted(method, method.getParameterCount()));
        }
        Service service = Service.parse("/" + prefix + "/" + method.getName());
        Class<?> returned = method.getReturnType();
        if (returned != CompletionStage.class && returned != CompletableFuture.class) {
            return new Call(service, method.getGenericReturnType(), false);
        }
        Type value = method.getGenericReturnType() instanceof ParameterizedType stage
                ? stage.getActualTypeArguments()[0]
                : Object.class;
        return new Call(service, value, true);
    }

    @SuppressWarnings("FutureReturnValueIgnored") // the caller has it
    private @Nullable Object call(Call call, @Nullable Object payload, CallOptions options) {
        Job job = mapper.request(call.service(), Payload.of(payload), options);
        if (call.asynchronous()) {
            return job.outcomes()
                    .<@Nullable Object>thenApply(outcomes -> typed.value(outcomes, call.value()))
                    .toCompletableFuture();
        }
        try {
            return typed.value(job.await(), call.value());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted while waiting for %s".formatted(call.service()));
        }
    }

    /** What every object can do, and no agent is asked for. */
    private static Object ofObject(
            Object proxy, Method method, Object @Nullable [] arguments, Class<?> type, String prefix) {
        return switch (method.getName()) {
            case "equals" -> arguments != null && proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "%s at /%s".formatted(type.getSimpleName(), prefix);
        };
    }
}
