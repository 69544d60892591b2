package io.nanite.planted.libraries.core;

import org.slf4j.Logger;

/** A log at the bottom. */
record Logs(Logger log) {}
