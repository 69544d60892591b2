package io.nanite.core.packet;

/** Anything that travels between an agent and a mapper. */
public sealed interface Packet permits Deliverable, Reply, Presence, Advertise, Cancel, Instruct, FilePacket {}
