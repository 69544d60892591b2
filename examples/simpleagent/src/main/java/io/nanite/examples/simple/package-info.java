/** The simple agent of the walk-through. */
@NullMarked
package io.nanite.examples.simple;

import org.jspecify.annotations.NullMarked;
