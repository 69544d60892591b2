package io.nanite.planted.libraries.mapper;

import com.rabbitmq.client.Channel;

/** AMQP outside its room. */
record KnowsAmqp(Channel channel) {}
