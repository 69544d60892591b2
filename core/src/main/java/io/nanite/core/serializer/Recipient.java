package io.nanite.core.serializer;

import io.nanite.core.packet.Identity;

/** Who will read the bytes, so that a serializer can encrypt for them. */
public sealed interface Recipient {

    /** One agent or mapper. */
    record One(Identity identity) implements Recipient {}

    /** All mappers, those that do not exist yet included. */
    record EveryMapper() implements Recipient {}

    /** All agents. */
    record EveryAgent() implements Recipient {}
}
