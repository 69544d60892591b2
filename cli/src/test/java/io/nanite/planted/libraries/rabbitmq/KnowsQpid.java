package io.nanite.planted.libraries.rabbitmq;

import org.apache.qpid.server.SystemLauncher;

/** One broker in the room of the other. */
record KnowsQpid(SystemLauncher launcher) {}
