package io.nanite.planted.roles.rabbitmq;

/** The keyword says so already. */
abstract class AbstractLane {}
