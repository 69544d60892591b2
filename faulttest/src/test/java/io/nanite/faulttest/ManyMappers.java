package io.nanite.faulttest;

import io.nanite.core.Secret;
import io.nanite.core.packet.Identity;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Reads the queues of a thousand mappers, until it is killed. Takes some of the options of the mappers of a soak. */
final class ManyMappers {

    static final int MAPPERS = 1_000;

    /** Two channels each, and a connection may have 2,047. */
    private static final int CONNECTIONS = 2;

    private ManyMappers() {}

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> options = new HashMap<>();
        for (int i = 0; i < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        int port = Integer.parseInt(options.getOrDefault("-P", ""));
        for (int connection = 0; connection < CONNECTIONS; connection++) {
            RabbitTransport transport =
                    new RabbitTransport(RabbitConfig.at("127.0.0.1", port, "mapper", new Secret("testing"))
                            .withVirtualHost(options.getOrDefault("-v", ""))
                            .withName("many-" + connection)
                            .withLookout(Duration.ZERO));
            transport.start(new TransportListener() {});
            for (int i = connection; i < MAPPERS; i += CONNECTIONS) {
                Identity mapper = Identity.mapper("many" + i);
                transport.subscribe(Source.replies(mapper), delivery -> {});
                transport.subscribe(Source.presence(mapper), delivery -> {});
            }
        }
        System.out.println("soak-many ready");
        Thread.currentThread().join();
    }
}
