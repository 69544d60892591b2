package io.nanite.core.packet;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a mapper answers an agent that asked: how its request ended at each agent that got it. On the wire it is a {@link
 * Result} from a mapper, as the original has it.
 *
 * @param outcomes by agent, in the order in which they ended
 */
public record Results(Token token, Identity to, Identity from, Map<Identity, Outcome> outcomes) implements Reply {

    public Results {
        outcomes = Collections.unmodifiableMap(new LinkedHashMap<>(outcomes));
    }
}
