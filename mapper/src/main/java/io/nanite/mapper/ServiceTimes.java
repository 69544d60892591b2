package io.nanite.mapper;

import io.nanite.core.packet.Service;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * How long each service takes, learned from its results. Decides which work may share a message: only what is quick, so
 * that a slow job never holds up its neighbours. Safe for use by many threads; an update lost in a race is no loss.
 */
final class ServiceTimes {

    private static final long QUICK_MICROS = TimeUnit.MILLISECONDS.toMicros(1);

    /** Each new time counts for an eighth: a service that turns slow is noticed within a few results. */
    private static final int WEIGHT = 8;

    private static final int MOST = 10_000;

    private final Map<Service, Average> averages = new ConcurrentHashMap<>();

    void took(Service service, long micros) {
        if (micros < 0) {
            return;
        }
        Average average = averages.get(service);
        if (average == null) {
            if (averages.size() < MOST) {
                averages.putIfAbsent(service, new Average(micros));
            }
        } else {
            double before = average.micros;
            average.micros = before + (micros - before) / WEIGHT;
        }
    }

    /** Whether the service is known to take less than a millisecond. */
    boolean isQuick(Service service) {
        Average average = averages.get(service);
        return average != null && average.micros < QUICK_MICROS;
    }

    private static final class Average {

        volatile double micros;

        Average(double micros) {
            this.micros = micros;
        }
    }
}
