package io.nanite.planted.errornames.mapper;

import io.nanite.core.NaniteException;

/** An error whose name does not say that it is one. */
final class TooMuch extends NaniteException {

    TooMuch() {
        super("too much");
    }
}
