/** A RabbitMQ of one's own: a node of this machine's installation, to be stopped and killed. */
@NullMarked
package io.nanite.faultkit.rabbit;

import org.jspecify.annotations.NullMarked;
