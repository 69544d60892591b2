package io.nanite.docs;

import io.nanite.core.packet.Outcome;
import io.nanite.docs.Prices.Order;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;

/** A program that asks. */
final class Shop {

    private Shop() {}

    static String ask(String uri, int count) throws InterruptedException {
        // region mapper
        RabbitConfig broker = RabbitConfig.of(uri); // amqp://mapper:testing@127.0.0.1:5672
        try (Mapper mapper = Mapper.start(MapperConfig.named("web1"), new RabbitTransport(broker))) {
            mapper.awaitService("/prices/total", 1, Duration.ofSeconds(5));
            Job job = mapper.request("/prices/total", new Order("tea", count));
            Outcome outcome = job.await().single();
            if (outcome instanceof Outcome.Success success) {
                return "total: " + success.payload().value();
            }
            Outcome.Failure failure = (Outcome.Failure) outcome;
            return "%s: %s".formatted(failure.verdict(), failure.message());
        }
        // endregion mapper
    }
}
