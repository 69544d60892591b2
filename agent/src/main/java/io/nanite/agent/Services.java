package io.nanite.agent;

import com.google.inject.TypeLiteral;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Service;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What an agent can be asked for, and the method behind each. Filled before the agent starts, then only read. */
final class Services {

    private final Map<Service, ActorMethod> methods = new LinkedHashMap<>();

    /**
     * Adds what the type exposes, called on this actor. Throws {@link ConfigException} if it exposes nothing, or what cannot
     * be called from outside, or what another actor has already.
     */
    void add(Class<?> type, @Nullable String prefix, Object actor) {
        String first = prefix == null ? prefixOf(type) : prefix;
        List<Exposed> exposed = exposedBy(type);
        if (exposed.isEmpty()) {
            throw ConfigException.of("actor " + type.getName(), "no method", "at least one with @Expose");
        }
        for (Exposed method : exposed) {
            Service service = service(first, method);
            if (methods.containsKey(service)) {
                throw ConfigException.of(
                        "service " + service,
                        method + " and another",
                        "one method; give one of them another name with @Expose, or its actor another prefix");
            }
            methods.put(service, methodOf(actor, method));
        }
    }

    /** All services, in the order in which they were added. */
    Set<Service> all() {
        return Collections.unmodifiableSet(methods.keySet());
    }

    /** The method behind the service, or null. */
    @Nullable
    ActorMethod find(Service service) {
        return methods.get(service);
    }

    /** The method behind a service that is there. */
    ActorMethod get(Service service) {
        return Objects.requireNonNull(find(service));
    }

    /** The prefix that the annotation gives, else the name of the class in snake case. */
    static String prefixOf(Class<?> type) {
        Actor actor = type.getAnnotation(Actor.class);
        return actor != null && !actor.value().isEmpty() ? actor.value() : Service.prefixOf(type.getSimpleName());
    }

    /** A method that carries the annotation, here or where it was first declared. */
    private record Exposed(Method method, String name, List<Type> parameters) {

        @Override
        public String toString() {
            return method.getDeclaringClass().getName() + "." + method.getName();
        }
    }

    private static List<Exposed> exposedBy(Class<?> type) {
        TypeLiteral<?> literal = TypeLiteral.get(type);
        Map<Object, Exposed> bySignature = new LinkedHashMap<>();
        Map<String, Exposed> byName = new HashMap<>();
        for (Class<?> declaring : withEverythingAbove(type)) {
            for (Method method : declaring.getDeclaredMethods()) {
                Expose expose = method.getAnnotation(Expose.class);
                // A bridge carries the annotations of the method that it leads to.
                if (expose == null || method.isSynthetic()) {
                    continue;
                }
                // The type's own words for the parameters: T of a generic superclass is known here.
                List<Type> parameters = new ArrayList<>();
                List<Class<?>> signature = new ArrayList<>();
                for (TypeLiteral<?> parameter : literal.getParameterTypes(method)) {
                    parameters.add(parameter.getType());
                    signature.add(parameter.getRawType());
                }
                String name = expose.value().isEmpty() ? method.getName() : expose.value();
                Exposed exposed = new Exposed(method, name, parameters);
                check(exposed);
                // What a subclass says about a method counts; above it, it is the same method again.
                if (bySignature.putIfAbsent(List.of(method.getName(), signature), exposed) == null) {
                    Exposed overloaded = byName.putIfAbsent(name, exposed);
                    if (overloaded != null) {
                        throw ConfigException.of(
                                "actor " + type.getName(),
                                "two methods named " + name,
                                "one; a caller cannot tell them apart, give one another name with @Expose");
                    }
                }
            }
        }
        return new ArrayList<>(bySignature.values());
    }

    private static Set<Class<?>> withEverythingAbove(Class<?> type) {
        Set<Class<?>> above = new LinkedHashSet<>();
        for (Class<?> c = type; c != null; c = c.getSuperclass()) {
            above.add(c);
        }
        for (Class<?> c : List.copyOf(above)) {
            addInterfaces(c, above);
        }
        return above;
    }

    private static void addInterfaces(Class<?> type, Set<Class<?>> above) {
        for (Class<?> each : type.getInterfaces()) {
            if (above.add(each)) {
                addInterfaces(each, above);
            }
        }
    }

    private static void check(Exposed exposed) {
        int modifiers = exposed.method().getModifiers();
        if (Modifier.isPrivate(modifiers) || Modifier.isProtected(modifiers) || Modifier.isStatic(modifiers)) {
            throw ConfigException.of(
                    "exposed method " + exposed,
                    Modifier.toString(modifiers),
                    "public or package-private, and not static");
        }
        List<Type> parameters = exposed.parameters();
        boolean callable =
                switch (parameters.size()) {
                    case 0, 1 -> true;
                    case 2 -> !ActorMethod.isContext(parameters.get(0)) && ActorMethod.isContext(parameters.get(1));
                    default -> false;
                };
        if (!callable) {
            throw ConfigException.of(
                    "exposed method " + exposed,
                    "%d parameters".formatted(parameters.size()),
                    "none, the payload, an ActorContext, or the payload and then an ActorContext");
        }
    }

    private static Service service(String prefix, Exposed method) {
        try {
            return new Service("/" + prefix + "/" + method.name());
        } catch (IllegalArgumentException e) {
            throw ConfigException.of(
                    "service of " + method,
                    "/" + prefix + "/" + method.name(),
                    "/prefix/method of A-Z a-z 0-9 _ . ? ! = -, at most 255 characters");
        }
    }

    private static ActorMethod methodOf(Object actor, Exposed exposed) {
        try {
            exposed.method().setAccessible(true);
            return ActorMethod.of(actor, exposed.method(), exposed.parameters());
        } catch (InaccessibleObjectException | IllegalAccessException e) {
            throw ConfigException.of(
                    "exposed method " + exposed,
                    "closed to " + Services.class.getModule(),
                    "a package that is open to it");
        }
    }
}
