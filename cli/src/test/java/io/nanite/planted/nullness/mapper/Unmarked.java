package io.nanite.planted.nullness.mapper;

/** In a package that says nothing of null. */
record Unmarked(String text) {}
