package io.nanite.core.packet;

/** What an agent tells every mapper about itself. */
public sealed interface Presence extends Packet permits Register, UnRegister, Ping {

    Identity identity();
}
