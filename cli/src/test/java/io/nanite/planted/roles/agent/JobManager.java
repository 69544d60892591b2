package io.nanite.planted.roles.agent;

/** Manages. */
final class JobManager {}
