package io.nanite.agent;

import io.nanite.agent.actor.ActorContext;
import io.nanite.core.packet.Payload;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One exposed method of one actor, ready to be called: what reflection has to find out was found out when the agent was
 * made. Safe for use by as many threads as the actor is.
 */
final class ActorMethod {

    private static final double QUICK_MICROS = 1_000;

    private static final MethodType SHAPE = MethodType.methodType(Object.class, Object.class, Object.class);

    private final MethodHandle handle;
    private final @Nullable Type payloadType;
    private final boolean primitive;

    /** How long a call takes, on average, in microseconds; negative before the first. An update lost in a race is no loss. */
    private volatile double average = -1;

    private ActorMethod(MethodHandle handle, @Nullable Type payloadType, boolean primitive) {
        this.handle = handle;
        this.payloadType = payloadType;
        this.primitive = primitive;
    }

    /** The method of this actor; its parameters are none, payload, context, or payload and context. */
    static ActorMethod of(Object actor, Method method, List<Type> parameters) throws IllegalAccessException {
        MethodHandle bound =
                MethodHandles.lookup().unreflect(method).asFixedArity().bindTo(actor);
        boolean takesContext = !parameters.isEmpty() && isContext(parameters.get(parameters.size() - 1));
        boolean takesPayload = parameters.size() == (takesContext ? 2 : 1);
        if (!takesPayload) {
            bound = MethodHandles.dropArguments(bound, 0, Object.class);
        }
        if (!takesContext) {
            bound = MethodHandles.dropArguments(bound, 1, Object.class);
        }
        Type payloadType = takesPayload ? parameters.get(0) : null;
        boolean primitive = payloadType instanceof Class<?> type && type.isPrimitive();
        return new ActorMethod(bound.asType(SHAPE), boxed(payloadType), primitive);
    }

    static boolean isContext(Type type) {
        return type == ActorContext.class;
    }

    private static @Nullable Type boxed(@Nullable Type type) {
        return type instanceof Class<?> raw ? MethodType.methodType(raw).wrap().returnType() : type;
    }

    /** The payload as the method wants it; throws {@link SerializationException} if it is none such. */
    @Nullable
    Object argument(Payload payload, Serializer serializer) {
        if (payloadType == null) {
            return null;
        }
        if (payloadType == Payload.class) {
            return payload;
        }
        if (payloadType == Object.class) {
            return payload.value();
        }
        Object argument = serializer.convert(payload, payloadType);
        if (argument == null && primitive) {
            throw new SerializationException("payload: null (expected: %s)".formatted(payloadType.getTypeName()));
        }
        return argument;
    }

    /** Notes how long a call took. */
    void took(long micros) {
        double before = average;
        average = before < 0 ? micros : before + (micros - before) / 8;
    }

    /** Whether calls are known to take less than a millisecond. */
    boolean isQuick() {
        double now = average;
        return now >= 0 && now < QUICK_MICROS;
    }

    /** What the actor returned, as it returned it. */
    @Nullable
    Object call(@Nullable Object argument, ActorContext job) throws Exception {
        try {
            return (Object) handle.invokeExact(argument, (Object) job);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new UndeclaredThrowableException(e);
        }
    }
}
