package io.nanite.mapper;

import io.nanite.core.NaniteException;

/** Code that was given to the mapper threw: a selector, an order of statuses, an interceptor. The call was not made. */
public final class HookFailedException extends NaniteException {

    HookFailedException(String hook, Throwable cause) {
        super("%s threw %s (expected: no exception)".formatted(hook, cause), cause);
    }
}
