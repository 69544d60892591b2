package io.nanite.examples.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.faultkit.FaultProxy;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.lang.ref.WeakReference;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.awaitility.Awaitility;

/** An application that comes and goes while its container and the fabric stay. */
class RedeployTest {

    private static final int TIMES = 20;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @EveryBroker
    void redeployedTwentyTimesItLeavesNothing(TestBroker broker) throws Exception {
        URI direct = URI.create(broker.uri("mapper"));
        try (FaultProxy proxy = FaultProxy.before("127.0.0.1", direct.getPort());
                World world = new World(
                        broker.uri("nanite"),
                        broker.uri("mapper").replace(":" + direct.getPort(), ":" + proxy.port()))) {
            List<WeakReference<ClassLoader>> loaders = new ArrayList<>();
            use(world);
            int links = proxy.links();
            List<String> threads = threads();
            List<String> queues = queues(broker);

            for (int i = 0; i < TIMES; i++) {
                loaders.add(new WeakReference<>(world.server.loader()));
                world.server.redeploy();
                world.awaitAgent();
                use(world);
            }

            becomes("links to the broker", proxy::links, links);
            becomes("threads of the application", RedeployTest::threads, threads);
            becomes("queues", () -> queues(broker), queues);
            becomes("class loaders that live", () -> living(loaders), 0L);

            world.server.close();

            becomes("links to the broker", proxy::links, 0);
            becomes("threads of the application", RedeployTest::threads, List.of());
            assertThat(queues(broker)).noneMatch(name -> name.contains("web1"));
        }
    }

    /** So that threads of the container have run all that there is. */
    private static void use(World world) throws Exception {
        for (int i = 0; i < 20; i++) {
            assertThat(world.client
                            .ask("/simple/echo", Integer.toString(i))
                            .json()
                            .get("value")
                            .asInt())
                    .isEqualTo(i);
        }
        assertThat(world.client.follow("/simple/count", "5").toList()).contains("event: answer");
        assertThat(world.client.ask("/nobody/offers", "1").status()).isEqualTo(503);
    }

    private static <T> void becomes(String what, Supplier<T> now, T expected) {
        Awaitility.await(what)
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(now.get()).as(what).isEqualTo(expected));
    }

    /** By their names, each as often as it is there. One that is not named so would keep its class loader. */
    private static List<String> threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.contains("web1"))
                .sorted()
                .toList();
    }

    /** All that are there; the embedded broker is not asked. */
    private static List<String> queues(TestBroker broker) {
        return broker instanceof RabbitTestBroker rabbit
                ? rabbit.rabbitmqctl("list_queues", "-p", broker.vhost(), "--no-table-headers", "name")
                        .lines()
                        .sorted()
                        .toList()
                : List.of();
    }

    private static long living(List<WeakReference<ClassLoader>> loaders) {
        System.gc();
        return loaders.stream().filter(loader -> loader.get() != null).count();
    }
}
