/**
 * Faults that come when they are ordered, and the book that says what they cost: a TCP proxy that stalls, swallows, cuts and
 * corrupts; processes that are killed, stopped and continued; a ledger in which every job is written down where it is
 * submitted, begun, finished and answered.
 *
 * <p>Knows nothing of Nanite and needs no test framework: {@code nanite soak} uses it too.
 */
@NullMarked
package io.nanite.faultkit;

import org.jspecify.annotations.NullMarked;
