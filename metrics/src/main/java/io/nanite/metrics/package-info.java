/** Shows what mappers and agents count to Micrometer, and to Prometheus. */
@NullMarked
package io.nanite.metrics;

import org.jspecify.annotations.NullMarked;
