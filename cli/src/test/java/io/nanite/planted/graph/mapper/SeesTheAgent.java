package io.nanite.planted.graph.mapper;

import io.nanite.agent.Agent;

/** A mapper that holds an agent. */
record SeesTheAgent(Agent agent) {}
