package io.nanite.planted.errors.mapper;

/** An error that nobody can catch as one of ours. */
final class LostException extends RuntimeException {}
