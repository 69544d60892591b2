/** The sources of all Java in README and guide, run, and compared with what is printed there. */
@NullMarked
package io.nanite.docs;

import org.jspecify.annotations.NullMarked;
