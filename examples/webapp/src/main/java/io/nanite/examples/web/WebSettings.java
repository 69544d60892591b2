package io.nanite.examples.web;

import io.nanite.admin.Role;
import io.nanite.core.ConfigException;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import jakarta.servlet.ServletContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * How the application takes part in the fabric. Checked once, here.
 *
 * @param broker where the fabric is, and the login
 * @param mapper who the application is in it
 * @param tower who may see the Control Tower; there is none where nobody may
 */
record WebSettings(RabbitConfig broker, MapperConfig mapper, List<TowerDoor.Login> tower) {

    private static final String PARAMETER = "nanite.";
    private static final String VARIABLE = "WEBAPP_";
    private static final int LONGEST_TIMEOUT = 3_600;

    private static final Map<String, String> DEFAULTS = Map.of(
            "broker", "amqp://mapper:testing@127.0.0.1:5672/%2Fnanite",
            "name", "web1",
            "timeout", "30",
            "tower.viewer", "",
            "tower.operator", "");

    WebSettings {
        tower = List.copyOf(tower);
    }

    /**
     * The context parameters {@code nanite.broker}, {@code nanite.name}, {@code nanite.timeout} (in seconds), {@code
     * nanite.tower.viewer} and {@code nanite.tower.operator}, or where there is one the variable {@code WEBAPP_BROKER}, {@code
     * WEBAPP_TOWER_VIEWER} and so on. Throws {@link ConfigException} naming the first that
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
                String setting = variable.substring(VARIABLE.length()).toLowerCase(Locale.ROOT);
                given.put(known(variable, setting.replace('_', '.')), value);
            }
        });
        return of(setting -> given.getOrDefault(setting, DEFAULTS.getOrDefault(setting, "")));
    }

    private static String known(String where, String setting) {
        if (!DEFAULTS.containsKey(setting)) {
            throw ConfigException.of(
                    "setting", where, "one of nanite." + String.join(", nanite.", new TreeSet<>(DEFAULTS.keySet())));
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
                mapper,
                logins(settings));
    }

    private static List<TowerDoor.Login> logins(Function<String, String> settings) {
        List<TowerDoor.Login> logins = new ArrayList<>();
        for (Role role : List.of(Role.VIEWER, Role.OPERATOR)) {
            String setting = "tower." + role.name().toLowerCase(Locale.ROOT);
            String login = settings.apply(setting);
            if (!login.isEmpty()) {
                logins.add(TowerDoor.Login.of(PARAMETER + setting, login, role));
            }
        }
        if (logins.stream().map(TowerDoor.Login::name).distinct().count() < logins.size()) {
            throw ConfigException.of("nanite.tower.operator", logins.get(0).name(), "another name than the viewer's");
        }
        return logins;
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
