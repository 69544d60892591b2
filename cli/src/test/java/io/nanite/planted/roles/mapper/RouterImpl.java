package io.nanite.planted.roles.mapper;

/** Of what? */
final class RouterImpl {}
