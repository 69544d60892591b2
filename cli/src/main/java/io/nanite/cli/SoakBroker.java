package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportListener;
import io.nanite.embedded.EmbeddedBroker;
import io.nanite.embedded.EmbeddedBrokerConfig;
import io.nanite.faultkit.rabbit.Definitions;
import io.nanite.faultkit.rabbit.LocalRabbit;
import io.nanite.faultkit.rabbit.RabbitBinaries;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

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
        for (String user : List.of("mapper", "nanite")) {
            try (Transport transport = new RabbitTransport(soak.broker.broker(user, "soak"))) {
                transport.start(new TransportListener() {}); // throws what is wrong with it, before there is a fleet
            }
        }
        RabbitConfig first = soak.broker.broker("mapper", "soak");
        return new Theirs(first.host(), first.port(), soak.broker.host, soak.broker.vhost);
    }

    String name();

    String host();

    /** That and, of a cluster, the others, as a flag says them. */
    default String hosts() {
        return host();
    }

    int port();

    String vhost();

    /** The queues that it has, and how many messages are in them; empty if there is no way to know. */
    Optional<Queues> queues();

    @Override
    void close();

    /** What queues there are, and how many messages in all of them. */
    record Queues(SortedSet<String> names, long messages) {

        /** Of lines with a name and a number each. */
        static Queues of(String lines) {
            SortedSet<String> names = new TreeSet<>();
            long messages = 0;
            for (String line : lines.lines().toList()) {
                String[] fields = line.split("\t", -1);
                names.add(fields[0]);
                messages += Long.parseLong(fields[1].strip());
            }
            return new Queues(Collections.unmodifiableSortedSet(names), messages);
        }

        /** The names that the other has not. */
        SortedSet<String> without(Queues other) {
            SortedSet<String> more = new TreeSet<>(names);
            more.removeAll(other.names);
            return more;
        }

        @Override
        public String toString() {
            return "%d queues, %d messages".formatted(names.size(), messages);
        }
    }

    /** Somebody else's: nothing is done to it. */
    record Theirs(String host, int port, String hosts, String vhost) implements SoakBroker {

        @Override
        public String name() {
            return "the broker at %s:%d".formatted(host, port);
        }

        @Override
        public Optional<Queues> queues() {
            return Optional.empty();
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
        public Optional<Queues> queues() {
            return Optional.empty();
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
        public Optional<Queues> queues() {
            return Optional.of(Queues.of(
                    rabbit.rabbitmqctl("-p", vhost(), "list_queues", "--no-table-headers", "name", "messages")));
        }

        @Override
        public void close() {
            rabbit.close();
        }
    }
}
