package io.nanite.agent;

import com.google.inject.AbstractModule;
import com.google.inject.Key;
import com.google.inject.Scopes;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import com.google.inject.name.Names;
import io.nanite.agent.actor.Interceptor;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.security.Authorizer;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Serializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an agent uses where its modules bind nothing else. */
final class AgentDefaults extends AbstractModule {

    private static final Logger LOG = LoggerFactory.getLogger(AgentDefaults.class);

    /** Asked before the authorizer, so that an operator can forbid what a module allows. */
    static final Key<Authorizer> POLICY = Key.get(Authorizer.class, Names.named("policy"));

    private final AgentConfig config;

    AgentDefaults(AgentConfig config) {
        this.config = config;
    }

    @Override
    protected void configure() {
        bind(AgentConfig.class).toInstance(config);
        Multibinder.newSetBinder(binder(), ActorBinding.class).permitDuplicates();
        Multibinder.newSetBinder(binder(), Interceptor.class);
        orElse(StatusProbe.class, StatusProbe.loadAverage());
        orElse(Authorizer.class, Authorizer.allowAll());
        OptionalBinder.newOptionalBinder(binder(), POLICY).setDefault().toInstance(Authorizer.allowAll());
        orElse(Serializer.class, Formats.json());
        orElse(TokenSource.class, TokenSource.secure());
        orElse(LogLevels.class, level -> {
            throw ConfigException.of("log level", level, "an agent whose log can be set; this one does not say how");
        });
        orElse(FatalErrors.class, error -> {}); // logged where it happens
        OptionalBinder.newOptionalBinder(binder(), EventLoop.class)
                .setDefault()
                .toProvider(this::loop)
                .in(Scopes.SINGLETON);
    }

    /** Its thread starts with its first task, so one that a module replaces costs nothing. */
    private EventLoop loop() {
        return new SingleThreadLoop(
                config.identity() + "-loop", e -> LOG.error("{} task on the loop failed", config.identity(), e));
    }

    private <T> void orElse(Class<T> type, T otherwise) {
        OptionalBinder.newOptionalBinder(binder(), type).setDefault().toInstance(otherwise);
    }
}
