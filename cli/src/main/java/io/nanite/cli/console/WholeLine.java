package io.nanite.cli.console;

/** A command whose line is its one argument from the second word on, as it was typed: it has quotes of its own. */
public interface WholeLine {}
