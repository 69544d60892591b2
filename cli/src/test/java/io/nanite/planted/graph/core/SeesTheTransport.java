package io.nanite.planted.graph.core;

import io.nanite.rabbitmq.RabbitTransport;

/** What everything rests on, resting on one of those. */
record SeesTheTransport(RabbitTransport transport) {}
