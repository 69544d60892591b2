package io.nanite.cli;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Identity;
import java.nio.file.Path;

/** Somebody of this name runs already, as far as a folder for pid files knows. */
final class AlreadyRunningException extends NaniteException {

    private static final long serialVersionUID = 1L;

    AlreadyRunningException(Identity identity, String pid, Path folder) {
        super("%s: runs already, pid %s (expected: nobody of this name in %s)".formatted(identity, pid, folder));
    }
}
