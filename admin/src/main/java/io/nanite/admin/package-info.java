/** The Control Tower: a JSON API, a live stream and pages on port 4000. */
@NullMarked
package io.nanite.admin;

import org.jspecify.annotations.NullMarked;
