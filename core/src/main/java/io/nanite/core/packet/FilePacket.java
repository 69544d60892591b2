package io.nanite.core.packet;

/** A piece of a file on its way to its receivers; the token ties the pieces together. */
public sealed interface FilePacket extends Packet permits FileStart, FileChunk, FileEnd {

    Token token();
}
