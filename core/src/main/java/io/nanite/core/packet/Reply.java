package io.nanite.core.packet;

/** What comes back for a {@link Request}. */
public sealed interface Reply extends Packet permits Result, Results, IntermediateMessage {

    Token token();

    /** Who asked, and waits. */
    Identity to();

    Identity from();
}
