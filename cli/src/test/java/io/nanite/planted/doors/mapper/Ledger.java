package io.nanite.planted.doors.mapper;

/** A part of the engine that anybody may see. */
public final class Ledger {}
