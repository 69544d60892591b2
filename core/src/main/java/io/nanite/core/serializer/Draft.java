package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * A packet that is written, but perhaps for the last step.
 *
 * @param bytes what was written
 * @param contentType its media type, if nothing is left to do
 * @param wrapper what is left to do before it travels; null if that is nothing
 */
public record Draft(
        Bytes bytes, String contentType, @Nullable Wrapper wrapper) {}
