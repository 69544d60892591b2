package io.nanite.planted.graph.agent;

import io.nanite.mapper.Mapper;

/** An agent that asks for work itself. */
record SeesTheMapper(Mapper mapper) {}
