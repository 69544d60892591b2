package io.nanite.planted.processes.agent;

import java.io.IOException;

/** A worker that starts something. */
final class StartsAProgram {

    Process start() throws IOException {
        return new ProcessBuilder("true").start();
    }
}
