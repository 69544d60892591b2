/** Benchmarks, side by side in one run. */
@NullMarked
package io.nanite.bench;

import org.jspecify.annotations.NullMarked;
