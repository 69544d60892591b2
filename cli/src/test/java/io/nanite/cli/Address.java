package io.nanite.cli;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;

/** The parts of a broker's address, as flags want them. */
record Address(String host, String port, String vhost) {

    static Address of(String amqpUri) {
        URI uri = URI.create(amqpUri);
        String vhost = URLDecoder.decode(uri.getRawPath().substring(1), StandardCharsets.UTF_8);
        return new Address(uri.getHost(), Integer.toString(uri.getPort()), vhost);
    }
}
