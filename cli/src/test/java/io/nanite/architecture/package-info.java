/** The module graph and the house rules, as the build sees them, and the plants that keep each rule alive. */
@NullMarked
package io.nanite.architecture;

import org.jspecify.annotations.NullMarked;
