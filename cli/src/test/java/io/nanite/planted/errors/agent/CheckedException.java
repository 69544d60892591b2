package io.nanite.planted.errors.agent;

/** The same, checked. */
final class CheckedException extends Exception {}
