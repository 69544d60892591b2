package io.nanite.planted.finalfirst.rabbitmq;

/** Made for being extended, or forgotten? */
class IsOpen {}
