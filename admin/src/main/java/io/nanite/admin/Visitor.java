package io.nanite.admin;

import io.nanite.core.Secret;
import org.jspecify.annotations.Nullable;

/**
 * Who asks.
 *
 * @param user null for who has the link
 * @param role what he may do, the switch that lets people only look considered
 * @param csrf what a page of his must say to change something
 */
record Visitor(@Nullable String user, Role role, Secret csrf) {}
