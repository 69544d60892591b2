/** Actors that tests put into jars. */
@NullMarked
package io.nanite.dist.actors;

import org.jspecify.annotations.NullMarked;
