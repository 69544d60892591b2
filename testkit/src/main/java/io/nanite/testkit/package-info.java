/** Fakes that behave, contracts that every implementation keeps, brokers of one's own. For tests only. */
@NullMarked
package io.nanite.testkit;

import org.jspecify.annotations.NullMarked;
