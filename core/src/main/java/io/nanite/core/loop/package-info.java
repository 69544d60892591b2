/** One thread that owns its state, and the time it lives by. */
@NullMarked
package io.nanite.core.loop;

import org.jspecify.annotations.NullMarked;
