@NullMarked
package io.nanite.examples.web;

import org.jspecify.annotations.NullMarked;
