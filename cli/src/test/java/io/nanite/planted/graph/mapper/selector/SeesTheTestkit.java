package io.nanite.planted.graph.mapper.selector;

import io.nanite.testkit.ManualTime;

/** Production code that is made of what is for tests. */
record SeesTheTestkit(ManualTime time) {}
