package io.nanite.planted.graph.annexe;

/** A module that nobody put into the graph. */
record IsInNoModule() {}
