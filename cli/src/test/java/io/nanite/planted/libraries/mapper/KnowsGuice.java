package io.nanite.planted.libraries.mapper;

import com.google.inject.Injector;

/** An injector where nothing is injected. */
record KnowsGuice(Injector injector) {}
