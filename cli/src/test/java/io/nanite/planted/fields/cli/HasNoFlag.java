package io.nanite.planted.fields.cli;

/** In cli, but no flag. */
final class HasNoFlag {

    String name = "";
}
