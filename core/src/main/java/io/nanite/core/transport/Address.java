package io.nanite.core.transport;

import io.nanite.core.packet.Identity;

/** Where bytes go: one queue, or whatever is bound to an exchange. */
public sealed interface Address {

    /** One queue, by its name. */
    record Queue(String name) implements Address {}

    /** An exchange and a routing key; a fanout exchange ignores the key. */
    record Exchange(String name, String key) implements Address {}

    /** Agents come and go here. Fanout to every mapper. */
    Address REGISTRATION = new Exchange("registration", "");

    /** Agents ping here. Fanout to every mapper. */
    Address HEARTBEAT = new Exchange("heartbeat", "");

    /** Agents ask for work here. One mapper gets it. */
    Address REQUEST = new Exchange("request", "");

    /** Mappers call all agents here. Fanout to every agent. */
    Address ADVERTISE = new Exchange("advertise", "");

    /** Work that was accepted while nobody could do it. */
    Address OFFLINE = new Queue("mapper-offline");

    /** What could not be read, was refused, or failed too often. */
    Address DEAD_LETTER = new Queue("dead-letter");

    /** What the name of an agent's control queue has behind that of its work queue. */
    String CONTROL = ".control";

    /** The name of the topic exchange for answers; the key is the mapper's identity. */
    String REPLY = "reply";

    /** The work queue of an agent. */
    static Address workOf(Identity agent) {
        return new Queue(agent.value());
    }

    /** Where an agent hears what goes past its work. */
    static Address controlOf(Identity agent) {
        return new Queue(agent.value() + CONTROL);
    }

    /** The answers to a mapper. */
    static Address repliesTo(Identity mapper) {
        return new Exchange(REPLY, mapper.value());
    }
}
