package io.nanite.planted.coreroot.core;

import io.nanite.core.packet.Packet;

/** A root that looks into its rooms. */
record KnowsPackets(Packet packet) {}
