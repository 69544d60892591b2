package io.nanite.planted.graph.rabbitmq;

import io.nanite.cli.Main;

/** A library that calls a command. */
record SeesTheCommands(Main main) {}
