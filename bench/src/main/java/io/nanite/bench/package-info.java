/** Benchmarks: side by side, in one run, as ratios. Start at {@link io.nanite.bench.RoundTrips}. */
@NullMarked
package io.nanite.bench;

import org.jspecify.annotations.NullMarked;
