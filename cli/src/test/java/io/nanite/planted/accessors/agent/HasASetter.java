package io.nanite.planted.accessors.agent;

/** Says set. */
public abstract class HasASetter {

    protected abstract void setName(String name);
}
