/** A servlet application that asks a fabric: what is in its WEB-INF/classes. */
@NullMarked
package io.nanite.examples.web;

import org.jspecify.annotations.NullMarked;
