/** What a console is made of, whatever its commands are: lines, completion, colours, a terminal or a pipe. */
@NullMarked
package io.nanite.cli.console;

import org.jspecify.annotations.NullMarked;
