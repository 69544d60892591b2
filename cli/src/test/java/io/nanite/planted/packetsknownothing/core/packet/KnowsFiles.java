package io.nanite.planted.packetsknownothing.core.packet;

import java.nio.file.Path;

/** A packet with something of this machine in it. */
record KnowsFiles(Path path) {}
