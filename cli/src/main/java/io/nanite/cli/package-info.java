/** Puts the rooms together: the commands, their settings, the wiring. The only place that sees them all. */
@NullMarked
package io.nanite.cli;

import org.jspecify.annotations.NullMarked;
