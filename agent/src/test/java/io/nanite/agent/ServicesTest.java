package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.core.ConfigException;
import io.nanite.core.packet.Service;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ServicesTest {

    private static List<String> servicesOf(Object actor) {
        Services services = new Services();
        services.add(actor.getClass(), null, actor);
        return services.all().stream().map(Service::path).sorted().toList();
    }

    @Actor("deep/nested")
    static class Deep {
        @Expose
        void hi() {}
    }

    @Test
    void anAnnotatedPrefixMayHaveParts() {
        assertThat(servicesOf(new Deep())).containsExactly("/deep/nested/hi");
    }

    @Test
    void theModulesPrefixGoesBeforeTheAnnotation() {
        Services services = new Services();
        services.add(Deep.class, "other", new Deep());
        assertThat(services.all()).containsExactly(new Service("/other/hi"));
    }

    interface Greeter {
        @Expose
        String greet(String name);

        @Expose("bye")
        default void leave() {}
    }

    abstract static class Base<T> {
        @Expose
        public void put(T value) {}

        public void hidden() {}

        @Expose
        public abstract void work(T value);
    }

    static class Mixed extends Base<Map<String, Integer>> implements Greeter {
        @Override
        public String greet(String name) {
            return name;
        }

        @Override
        @Expose("work_here")
        public void work(Map<String, Integer> value) {}

        @Expose
        void packagePrivate() {}

        public void notExposed() {}

        private void secret() {}

        @Override
        public String toString() {
            secret();
            return "mixed";
        }
    }

    @Test
    void onlyWhatIsAnnotatedIsExposedWhereverItWasDeclared() {
        assertThat(servicesOf(new Mixed()))
                .containsExactly(
                        "/mixed/bye", "/mixed/greet", "/mixed/packagePrivate", "/mixed/put", "/mixed/work_here");
    }

    static class Overloaded {
        @Expose
        void put(String text) {}

        @Expose
        void put(Integer number) {}
    }

    @Test
    void overloadsOfOneNameAreRefused() {
        assertThatThrownBy(() -> servicesOf(new Overloaded()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("Overloaded")
                .hasMessageContaining("two methods named put")
                .hasMessageContaining("@Expose");
    }

    @SuppressWarnings("UnusedMethod") // that is the point
    static class Private {
        @Expose
        private void work() {}
    }

    static class Protected {
        @Expose
        protected void work() {}
    }

    static class Static {
        @Expose
        static void work() {}
    }

    static class ContextFirst {
        @Expose
        void work(ActorContext job, String payload) {}
    }

    static class TooMany {
        @Expose
        void work(String payload, ActorContext job, int more) {}
    }

    static class Nothing {
        public void work() {}
    }

    static class BadName {
        @Expose("no spaces")
        void work() {}
    }

    @Test
    void whatCannotBeCalledFromOutsideIsRefusedAndNotIgnored() {
        for (Object actor : List.of(
                new Private(), new Protected(), new Static(), new ContextFirst(), new TooMany(), new BadName())) {
            assertThatThrownBy(() -> servicesOf(actor))
                    .as(actor.getClass().getSimpleName())
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining(actor.getClass().getSimpleName())
                    .hasMessageContaining("expected");
        }
    }

    @Test
    void anActorThatExposesNothingIsRefused() {
        assertThatThrownBy(() -> servicesOf(new Nothing()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("at least one with @Expose");
    }

    @Test
    void oneServiceOfTwoActorsIsRefused() {
        Services services = new Services();
        services.add(Deep.class, "same", new Deep());
        assertThatThrownBy(() -> services.add(Deep.class, "same", new Deep()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("/same/hi");
    }
}
