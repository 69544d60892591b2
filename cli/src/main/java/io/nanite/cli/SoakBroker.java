package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.faultkit.rabbit.Definitions;
import io.nanite.faultkit.rabbit.LocalRabbit;
import io.nanite.faultkit.rabbit.RabbitBinaries;

/** The broker of a soak: started for it, or somebody's. */
sealed interface SoakBroker extends AutoCloseable {

    /** As the options say. */
    static SoakBroker start(SoakCommand soak) {
        if (soak.ownRabbit) {
            LocalRabbit rabbit = new LocalRabbit(RabbitBinaries.find()
                    .orElseThrow(() -> ConfigException.of(
                            "--own-rabbitmq", "no RabbitMQ here", "rabbitmq-server and epmd on the PATH")));
            rabbit.start();
            return new Own(rabbit);
        }
        if (soak.embedded) {
            EmbeddedBroker broker =
                    new EmbeddedBroker(EmbeddedBrokerConfig.inMemory().withPort(0));
            broker.start();
            return new Embedded(broker);
        }
        return new Theirs(soak.broker.host, soak.broker.broker("mapper", "soak").port(), soak.broker.vhost);
    }

    String name();

    String host();

    int port();

    String vhost();

    @Override
    void close();

    /** Somebody else's: nothing is done to it. */
    record Theirs(String host, int port, String vhost) implements SoakBroker {

        @Override
        public String name() {
            return "the broker at %s:%d".formatted(host, port);
        }

        @Override
        public void close() {
            // Who opens, closes.
        }
    }

    /** In this process, and so not to be killed. */
    record Embedded(EmbeddedBroker broker) implements SoakBroker {

        @Override
        public String name() {
            return "an embedded broker";
        }

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return broker.port();
        }

        @Override
        public String vhost() {
            return "/nanite";
        }

        @Override
        public void close() {
            broker.close();
        }
    }

    /** A RabbitMQ that may be stopped and killed. */
    record Own(LocalRabbit rabbit) implements SoakBroker {

        @Override
        public String name() {
            return "a RabbitMQ of its own";
        }

        @Override
        public String host() {
            return "127.0.0.1";
        }

        @Override
        public int port() {
            return rabbit.port();
        }

        @Override
        public String vhost() {
            return Definitions.VHOST;
        }

        @Override
        public void close() {
            rabbit.close();
        }
    }
}
