package io.nanite.planted.lookingup.mapper;

/** Of the engine. */
public record Bystander() {}
