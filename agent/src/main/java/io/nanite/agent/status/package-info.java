/** How an agent says how loaded it is. */
@NullMarked
package io.nanite.agent.status;

import org.jspecify.annotations.NullMarked;
