package io.nanite.planted.libraries.core;

import picocli.CommandLine;

/** Flags at the bottom. */
record KnowsPicocli(CommandLine commands) {}
