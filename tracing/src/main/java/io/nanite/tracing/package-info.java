/** Makes spans of OpenTelemetry of what a mapper calls and what an agent does. */
@NullMarked
package io.nanite.tracing;

import org.jspecify.annotations.NullMarked;
