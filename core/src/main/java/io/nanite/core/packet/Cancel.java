package io.nanite.core.packet;

/**
 * A mapper tells an agent that nobody wants an answer any more; or an agent tells all mappers that it does not.
 *
 * @param token of the request
 * @param from who asked for it
 */
public record Cancel(Token token, Identity from) implements Packet {}
