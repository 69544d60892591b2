package io.nanite.planted.lookingup.mapper.selector;

import io.nanite.planted.lookingup.mapper.Bystander;

/** Vocabulary that needs the engine. */
record LooksUp(Bystander engine) {}
