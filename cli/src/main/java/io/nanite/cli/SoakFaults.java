package io.nanite.cli;

import io.nanite.faultkit.Child;
import io.nanite.faultkit.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** What a soak breaks, one at random each time. Used by the command's thread. */
final class SoakFaults {

    /** How long something stands still: longer than a hiccup, shorter than anybody's patience. */
    private static final Duration STILL = Duration.ofSeconds(2);

    /** Something that can be broken, and mends or is mended. */
    private interface Breakage {
        void run() throws InterruptedException;
    }

    private final SoakFleet fleet;
    private final List<Breakage> breakages = new ArrayList<>();

    SoakFaults(SoakFleet fleet, SoakBroker broker) {
        this.fleet = fleet;
        breakages.add(this::killAgent);
        breakages.add(this::stopAgent);
        breakages.add(this::killMapper);
        breakages.add(() -> {
            fleet.book().fault("links black");
            fleet.link().blacken();
        });
        breakages.add(() -> {
            fleet.book().fault("links reset");
            fleet.link().reset();
        });
        breakages.add(() -> {
            fleet.book().fault("links stalled");
            fleet.link().order(new Fault.Stall());
            fleet.awaitDone(STILL);
            fleet.link().pass();
        });
        if (broker instanceof SoakBroker.Own own) {
            breakages.add(() -> {
                own.rabbit().stop();
                fleet.book().fault("broker stopped and started");
                own.rabbit().start();
            });
            breakages.add(() -> {
                own.rabbit().settle();
                own.rabbit().kill();
                fleet.book().fault("broker kill -9");
                own.rabbit().start();
            });
        }
    }

    /** Breaks something; returns when it is mended, or mending itself. */
    void next() throws InterruptedException {
        breakages.get(ThreadLocalRandom.current().nextInt(breakages.size())).run();
    }

    private void killAgent() throws InterruptedException {
        int victim = ThreadLocalRandom.current().nextInt(fleet.agents().size());
        fleet.book().fault("agent a" + victim + " kill -9");
        fleet.killAgent(victim);
    }

    private void stopAgent() throws InterruptedException {
        Child victim = fleet.agents()
                .get(ThreadLocalRandom.current().nextInt(fleet.agents().size()));
        fleet.book().fault("agent " + victim.name() + " STOP, CONT");
        victim.stop();
        try {
            fleet.awaitDone(STILL);
        } finally {
            victim.resume();
        }
    }

    private void killMapper() {
        int victim = ThreadLocalRandom.current().nextInt(fleet.mappers());
        if (fleet.killMapper(victim)) {
            fleet.book().fault("mapper m" + victim + " kill -9");
        }
    }
}
