package io.nanite.docs;

// region greeter
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;

@Actor
class Greeter {

    /** /greeter/hello. */
    @Expose
    String hello(String name) {
        return "hello " + name;
    }
}
// endregion greeter
