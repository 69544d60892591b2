/** What somebody who has installed Nanite sees: its commands, as processes. */
@NullMarked
package io.nanite.dist;

import org.jspecify.annotations.NullMarked;
