package io.nanite.planted.roles.core;

/** A drawer for everything. */
final class StringUtils {}
