package io.nanite.mapper;

import io.nanite.core.packet.Service;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/**
 * A mapper's choice alone, without the call around it. In this package, because nobody but a benchmark chooses and then does
 * not call.
 */
@NullMarked
public final class Choosing {

    private final Router router;

    /** What this mapper would choose. */
    public Choosing(Mapper mapper) {
        router = mapper.router();
    }

    /** How many agents it would ask; throws what a caller gets if nobody can. */
    public int choose(Service service, CallOptions options) {
        return router.choose(service, options, Set.of()).size();
    }
}
