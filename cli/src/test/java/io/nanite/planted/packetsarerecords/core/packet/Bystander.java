package io.nanite.planted.packetsarerecords.core.packet;

/** Stands for the real one, which is sealed. */
interface Bystander {

    interface Packet {}
}
