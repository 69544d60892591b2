/** Tests of what a console is made of. */
@NullMarked
package io.nanite.cli.console;

import org.jspecify.annotations.NullMarked;
