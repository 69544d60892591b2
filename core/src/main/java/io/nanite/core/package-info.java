/** What every Nanite module shares: the root of all errors, and bytes that nobody copies. */
@NullMarked
package io.nanite.core;

import org.jspecify.annotations.NullMarked;
