package io.nanite.examples.simple;

import io.nanite.agent.AgentModule;
import java.time.Clock;

/** What the actors of this jar want injected. The daemon finds it in {@code META-INF/services}. */
public final class SimpleModule extends AgentModule {

    @Override
    protected void configure() {
        bind(Clock.class).toInstance(Clock.systemUTC());
        actor(Simple.class);
    }
}
