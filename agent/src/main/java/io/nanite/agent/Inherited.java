package io.nanite.agent;

import com.google.inject.AbstractModule;
import com.google.inject.Binding;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Stage;
import com.google.inject.TypeLiteral;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.spi.Elements;
import io.nanite.agent.actor.Interceptor;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.security.Authorizer;
import io.nanite.core.serializer.Serializer;
import java.lang.annotation.Annotation;
import java.util.HashSet;
import java.util.Set;
import java.util.logging.Logger;

/**
 * What actors that come later find bound: all that the agent's own modules have bound, and the same objects. Their modules may put
 * a status probe and an authorizer in the place of those, and interceptors inside those.
 */
final class Inherited extends AbstractModule {

    private static final Set<Key<?>> EVERYWHERE =
            Set.of(Key.get(Injector.class), Key.get(Stage.class), Key.get(Logger.class));

    private final AgentConfig config;
    private final Injector from;

    Inherited(AgentConfig config, Injector from) {
        this.config = config;
        this.from = from;
    }

    @Override
    protected void configure() {
        bind(AgentConfig.class).toInstance(config);
        Multibinder.newSetBinder(binder(), ActorBinding.class).permitDuplicates();
        Multibinder<Interceptor> interceptors = Multibinder.newSetBinder(binder(), Interceptor.class);
        from.getInstance(Key.get(new TypeLiteral<Set<Interceptor>>() {}))
                .forEach(each -> interceptors.addBinding().toInstance(each));
        orElse(StatusProbe.class);
        orElse(Authorizer.class);
        same(Key.get(Serializer.class));
        same(Key.get(TokenSource.class));
        same(Key.get(FatalErrors.class));
        same(Key.get(EventLoop.class));
        same(AgentDefaults.POLICY);
        Set<Key<?>> done = new HashSet<>(EVERYWHERE);
        Elements.getElements(new AgentDefaults(config)).forEach(element -> {
            if (element instanceof Binding<?> binding) {
                done.add(binding.getKey());
            }
        });
        for (Key<?> key : from.getBindings().keySet()) {
            if (!done.contains(key) && !isPartOfASet(key)) {
                same(key);
            }
        }
    }

    private <T> void same(Key<T> key) {
        bind(key).toProvider(from.getProvider(key));
    }

    private <T> void orElse(Class<T> type) {
        OptionalBinder.newOptionalBinder(binder(), type).setDefault().toInstance(from.getInstance(type));
    }

    /** Sets and optional bindings are made of bindings that Guice has for itself. */
    private static boolean isPartOfASet(Key<?> key) {
        Class<? extends Annotation> annotation = key.getAnnotationType();
        return annotation != null && annotation.getName().startsWith("com.google.inject.internal.");
    }
}
