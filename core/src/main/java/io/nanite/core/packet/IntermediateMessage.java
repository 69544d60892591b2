package io.nanite.core.packet;

/**
 * News from an actor that is still working.
 *
 * @param key what the news is about; {@value #DEFAULT_KEY} where the actor gave none
 * @param sequence counts the news of one agent on one request from 1; 0 if the agent did not say
 */
public record IntermediateMessage(Token token, Identity to, Identity from, String key, Payload message, long sequence)
        implements Reply {

    public static final String DEFAULT_KEY = "defaultkey";
}
