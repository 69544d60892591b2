package io.nanite.planted.libraries.agent;

import java.util.List;
import tools.jackson.databind.json.JsonMapper;

/** JSON beside the serializers. */
record KnowsJackson(List<JsonMapper> mappers, JsonMapper first) {

    KnowsJackson {
        mappers = List.copyOf(mappers);
    }
}
