package io.nanite.planted.surroundings.rabbitmq;

/** Decides for everybody. */
final class EndsTheProcess {

    void end() {
        Runtime.getRuntime().halt(1);
    }
}
