package io.nanite.core.packet;

/** A file is complete; {@code meta} is whatever its sender wants to say about it. */
public record FileEnd(Token token, Payload meta) implements FilePacket {}
