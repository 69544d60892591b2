package io.nanite.docs;

// region actor
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;

@Actor
public final class Prices {

    public record Order(String article, int count) {}

    @Expose
    public long total(Order order) {
        if (order.count() < 1) {
            throw new IllegalArgumentException("count: %d (expected: at least 1)".formatted(order.count()));
        }
        return 250L * order.count();
    }
}
// endregion actor
