package io.nanite.planted.libraries.agent;

import ch.qos.logback.classic.Level;

/** A library that tells its user how to log. */
record KnowsLogback(Level level) {}
