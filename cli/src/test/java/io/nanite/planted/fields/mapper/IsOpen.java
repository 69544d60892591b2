package io.nanite.planted.fields.mapper;

/** Anybody in the package may write this. */
final class IsOpen {

    int count;
}
