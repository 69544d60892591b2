package io.nanite.agent;

import com.google.inject.Injector;
import org.jspecify.annotations.Nullable;

/** An actor that a module asked for. Two modules that ask for the same class get one actor. */
record ActorBinding(
        Class<?> type, @Nullable String prefix, @Nullable Object instance) {

    Object actor(Injector injector) {
        return instance == null ? injector.getInstance(type) : instance;
    }
}
