/** What runs the application where there is no servlet container yet: Jetty, in a process of its own. */
@NullMarked
package io.nanite.examples.web.server;

import org.jspecify.annotations.NullMarked;
