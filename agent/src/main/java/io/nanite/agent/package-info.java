/** Runs actors and tells mappers about them. */
@NullMarked
package io.nanite.agent;

import org.jspecify.annotations.NullMarked;
