package io.nanite.planted.accessors.mapper;

/** Says get. */
public final class HasAGetter {

    public String getName() {
        return "name";
    }
}
