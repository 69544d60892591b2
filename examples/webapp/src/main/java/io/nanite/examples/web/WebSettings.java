package io.nanite.examples.web;

import io.nanite.core.ConfigException;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.Collections;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * How the application takes part in the fabric. Checked once, here.
 *
 * @param broker where the fabric is, and the login
 * @param mapper who the application is in it
 */
record WebSettings(RabbitConfig broker, MapperConfig mapper) {

    private static final String PARAMETER = "nanite.";
    private static final String VARIABLE = "WEBAPP_";
    private static final int LONGEST_TIMEOUT = 3_600;

    private static final Map<String, String> DEFAULTS = Map.of(
            "broker", "amqp://mapper:testing@127.0.0.1:5672/%2Fnanite",
            "name", "web1",
            "timeout", "30");

    /**
     * The context parameters {@code nanite.broker}, {@code nanite.name} and {@code nanite.timeout} (in seconds), or where
     * there is one the variable {@code WEBAPP_BROKER} and so on. Throws {@link ConfigException} naming the first that
     * is wrong, or that nobody knows.
     */
    static WebSettings of(ServletContext context, Map<String, String> environment) {
        Map<String, String> given = new TreeMap<>();
        for (String parameter : Collections.list(context.getInitParameterNames())) {
            if (parameter.startsWith(PARAMETER)) {
                given.put(
                        known(parameter, parameter.substring(PARAMETER.length())), context.getInitParameter(parameter));
            }
        }
        environment.forEach((variable, value) -> {
            if (variable.startsWith(VARIABLE)) {
                given.put(known(variable, variable.substring(VARIABLE.length()).toLowerCase(Locale.ROOT)), value);
            }
        });
        return of(setting -> given.getOrDefault(setting, DEFAULTS.getOrDefault(setting, "")));
    }

    private static String known(String where, String setting) {
        if (!DEFAULTS.containsKey(setting)) {
            throw ConfigException.of("setting", where, "one of nanite.broker, nanite.name, nanite.timeout");
        }
        return setting;
    }

    private static WebSettings of(Function<String, String> settings) {
        String name = settings.apply("name");
        MapperConfig mapper;
        try {
            mapper = MapperConfig.named(name).withTimeout(seconds("nanite.timeout", settings.apply("timeout")));
        } catch (IllegalArgumentException e) {
            throw ConfigException.of("nanite.name", name, "1 to 64 of A-Z a-z 0-9 _ -");
        }
        return new WebSettings(
                RabbitConfig.of(settings.apply("broker"))
                        .withName(mapper.identity().value()),
                mapper);
    }

    /** A time-out as people write it. */
    static Duration seconds(String setting, String text) {
        try {
            int seconds = Integer.parseInt(text);
            if (seconds >= 1 && seconds <= LONGEST_TIMEOUT) {
                return Duration.ofSeconds(seconds);
            }
        } catch (NumberFormatException e) {
            // The same complaint as for a number that is out of range.
        }
        throw ConfigException.of(setting, text, "whole seconds, 1 to " + LONGEST_TIMEOUT);
    }
}
