package io.nanite.agent;

import com.google.inject.AbstractModule;
import com.google.inject.Scopes;
import com.google.inject.multibindings.Multibinder;
import com.google.inject.multibindings.OptionalBinder;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Interceptor;
import io.nanite.agent.status.StatusProbe;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.security.Authorizer;
import io.nanite.core.serializer.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * What runs in an agent: the base class of the modules that its user writes. Besides actors it may bind whatever the actors
 * want to have injected.
 *
 * <pre>{@code
 * final class Shop extends AgentModule {
 *     @Override
 *     protected void configure() {
 *         actor(Orders.class);
 *         bind(Clock.class).toInstance(Clock.systemUTC());
 *         statusProbe(() -> Status.of(queue.depth()));
 *     }
 * }
 * }</pre>
 *
 * <p>An actor may have the {@link AgentConfig} injected. On Java 25 start the process with
 * {@code -Dguice_custom_class_loading=CHILD}: Guice's default uses an access that later versions of Java take away.
 */
public abstract class AgentModule extends AbstractModule {

    /** An actor, made once by the injector; its prefix is that of {@link Actor}, else its name in snake case. */
    protected final void actor(Class<?> type) {
        actors().addBinding().toInstance(new ActorBinding(type, null, null));
        bind(type).in(Scopes.SINGLETON);
    }

    /** An actor with this prefix, whatever its class says: {@code deep/nested}. */
    protected final void actor(Class<?> type, String prefix) {
        actors().addBinding().toInstance(new ActorBinding(type, prefix, null));
        bind(type).in(Scopes.SINGLETON);
    }

    /** An actor that exists already. Its annotated fields and methods are injected. */
    protected final void actor(Object actor) {
        instance(actor, null);
    }

    /** An actor that exists already, with this prefix. */
    protected final void actor(Object actor, String prefix) {
        instance(actor, prefix);
    }

    private void instance(Object actor, @Nullable String prefix) {
        actors().addBinding().toInstance(new ActorBinding(actor.getClass(), prefix, actor));
        requestInjection(actor);
    }

    /** Stands around all calls of actors, inside those bound before. */
    protected final void interceptor(Class<? extends Interceptor> type) {
        interceptors().addBinding().to(type).in(Scopes.SINGLETON);
    }

    /** Stands around all calls of actors, inside those bound before. */
    protected final void interceptor(Interceptor interceptor) {
        interceptors().addBinding().toInstance(interceptor);
    }

    /** How the agent measures its load, instead of {@link StatusProbe#loadAverage}. */
    protected final void statusProbe(StatusProbe probe) {
        OptionalBinder.newOptionalBinder(binder(), StatusProbe.class)
                .setBinding()
                .toInstance(probe);
    }

    /** How the agent measures its load, instead of {@link StatusProbe#loadAverage}; made by the injector. */
    protected final void statusProbe(Class<? extends StatusProbe> probe) {
        OptionalBinder.newOptionalBinder(binder(), StatusProbe.class)
                .setBinding()
                .to(probe)
                .in(Scopes.SINGLETON);
    }

    /** Who may ask for what, instead of {@link Authorizer#allowAll}. */
    protected final void authorizer(Authorizer authorizer) {
        OptionalBinder.newOptionalBinder(binder(), Authorizer.class)
                .setBinding()
                .toInstance(authorizer);
    }

    /** Who may ask for what, instead of {@link Authorizer#allowAll}; made by the injector. */
    protected final void authorizer(Class<? extends Authorizer> authorizer) {
        OptionalBinder.newOptionalBinder(binder(), Authorizer.class)
                .setBinding()
                .to(authorizer)
                .in(Scopes.SINGLETON);
    }

    /** What is asked before the authorizer; a packet must please both. For whoever runs the modules of others. */
    protected final void policy(Authorizer policy) {
        OptionalBinder.newOptionalBinder(binder(), AgentDefaults.POLICY)
                .setBinding()
                .toInstance(policy);
    }

    /** How packets are written and read, instead of JSON. */
    protected final void serializer(Serializer serializer) {
        OptionalBinder.newOptionalBinder(binder(), Serializer.class)
                .setBinding()
                .toInstance(serializer);
    }

    /** What happens when the virtual machine fails under a job; without it that is only logged. */
    protected final void onFatalError(FatalErrors fatalErrors) {
        OptionalBinder.newOptionalBinder(binder(), FatalErrors.class)
                .setBinding()
                .toInstance(fatalErrors);
    }

    /** How mappers set the level of the log; without it they cannot. */
    protected final void logLevels(LogLevels levels) {
        OptionalBinder.newOptionalBinder(binder(), LogLevels.class).setBinding().toInstance(levels);
    }

    /** The loop that the agent lives by, instead of a thread of its own; the agent closes it. For tests that move time. */
    protected final void loop(EventLoop loop) {
        OptionalBinder.newOptionalBinder(binder(), EventLoop.class).setBinding().toInstance(loop);
    }

    /** Where the agent's random numbers come from, instead of the system's secure source. For tests that repeat. */
    protected final void tokens(TokenSource tokens) {
        OptionalBinder.newOptionalBinder(binder(), TokenSource.class)
                .setBinding()
                .toInstance(tokens);
    }

    private Multibinder<ActorBinding> actors() {
        return Multibinder.newSetBinder(binder(), ActorBinding.class).permitDuplicates();
    }

    private Multibinder<Interceptor> interceptors() {
        return Multibinder.newSetBinder(binder(), Interceptor.class);
    }
}
