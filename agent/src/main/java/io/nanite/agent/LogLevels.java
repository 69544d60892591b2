package io.nanite.agent;

/** Sets how much the log says, while it runs. Called on a thread of the agent. */
@FunctionalInterface
public interface LogLevels {

    /** Sets the level by its name; throws {@link io.nanite.core.ConfigException} if there is none of that name. */
    void level(String name);
}
