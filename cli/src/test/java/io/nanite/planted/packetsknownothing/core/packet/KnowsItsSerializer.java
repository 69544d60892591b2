package io.nanite.planted.packetsknownothing.core.packet;

import io.nanite.core.serializer.Serializer;

/** A packet that writes itself. */
record KnowsItsSerializer(Serializer serializer) {}
