package io.nanite.mapper;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.serializer.Serializer;
import java.lang.reflect.Type;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes of the outcome of one agent the value that a caller wants. Safe for use by many threads. */
final class Typed {

    private final Serializer serializer;

    Typed(Serializer serializer) {
        this.serializer = serializer;
    }

    /**
     * The value that the one agent returned. Throws {@link CallFailedException} if it did not, {@link
     * io.nanite.core.serializer.SerializationException} if it is no such value, {@link IllegalStateException} if several
     * were asked.
     */
    @Nullable
    Object value(Outcomes outcomes, Type type) {
        Outcome outcome = outcomes.single();
        if (outcome instanceof Outcome.Failure failure) {
            Map.Entry<Identity, Outcome> only =
                    outcomes.byAgent().entrySet().iterator().next();
            throw new CallFailedException(only.getKey(), failure);
        }
        if (type == void.class || type == Void.class) {
            return null;
        }
        Payload payload = ((Outcome.Success) outcome).payload();
        return serializer.convert(payload, type);
    }
}
