/** An AMQP 0-9-1 broker inside the JVM. */
@NullMarked
package io.nanite.embedded;

import org.jspecify.annotations.NullMarked;
