package io.nanite.core.packet;

import io.nanite.core.Bytes;

/** The next bytes of a file. */
public record FileChunk(Bytes chunk, Token token) implements FilePacket {}
