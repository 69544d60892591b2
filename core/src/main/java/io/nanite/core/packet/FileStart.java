package io.nanite.core.packet;

/** A file begins. Neither name is to be trusted: a receiver normalises {@code destination} and keeps it below its root. */
public record FileStart(String filename, String destination, Token token) implements FilePacket {}
