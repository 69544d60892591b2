/** Finds the right agents for a request and keeps account of their answers. */
@NullMarked
package io.nanite.mapper;

import org.jspecify.annotations.NullMarked;
