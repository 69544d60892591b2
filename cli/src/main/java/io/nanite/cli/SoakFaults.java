package io.nanite.cli;

import io.nanite.faultkit.Child;
import io.nanite.faultkit.Fault;
import io.nanite.faultkit.rabbit.LocalRabbit;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Breaks one thing at random each time. Used by the command's thread. */
final class SoakFaults {

    /** How long something stands still: longer than a hiccup, shorter than anybody's patience. */
    private static final Duration STILL = Duration.ofSeconds(2);

    private final SoakFleet fleet;
    private final SoakBroker broker;
    private final List<SoakFault> kinds;
    private int count;
    private @Nullable SoakFault last;

    SoakFaults(SoakFleet fleet, SoakBroker broker, Set<SoakFault> kinds) {
        this.fleet = fleet;
        this.broker = broker;
        this.kinds = List.copyOf(kinds);
    }

    /** How many things were broken. */
    int count() {
        return count;
    }

    /** What was broken last; null if nothing was. */
    @Nullable
    SoakFault last() {
        return last;
    }

    /** Breaks something; returns when it is mended or mending itself. */
    void next() throws InterruptedException {
        SoakFault kind = kinds.get(below(kinds.size()));
        switch (kind) {
            case AGENT_KILL -> {
                broken(kind);
                fleet.killAgent(below(fleet.agents().size()));
            }
            case AGENT_STOP -> stopAgent();
            case MAPPER_KILL -> killMapper();
            case LINK_BLACK -> {
                broken(kind);
                fleet.link().blacken();
            }
            case LINK_RESET -> {
                broken(kind);
                fleet.link().reset();
            }
            case LINK_STALL -> stallLinks();
            case BROKER_STOP -> stopBroker();
            case BROKER_KILL -> killBroker();
        }
    }

    private static int below(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    private void broken(SoakFault kind) {
        fleet.book().fault(kind.flag());
        count++;
        last = kind;
    }

    private void killMapper() {
        int victim = below(fleet.mappers());
        if (fleet.isWorking(victim)) {
            broken(SoakFault.MAPPER_KILL);
            fleet.killMapper(victim);
        }
    }

    private void stopAgent() throws InterruptedException {
        Child victim = fleet.agents().get(below(fleet.agents().size()));
        if (!victim.isAlive()) {
            return; // its name was taken, and it is about to be started again
        }
        broken(SoakFault.AGENT_STOP);
        victim.stop();
        try {
            fleet.awaitDone(STILL);
        } finally {
            if (victim.isAlive()) {
                victim.resume();
            }
        }
    }

    private void stallLinks() throws InterruptedException {
        broken(SoakFault.LINK_STALL);
        fleet.link().order(new Fault.Stall());
        fleet.awaitDone(STILL);
        fleet.link().pass();
    }

    private void stopBroker() {
        if (broker instanceof SoakBroker.Own own) {
            broken(SoakFault.BROKER_STOP);
            own.rabbit().stop();
            own.rabbit().start();
        }
    }

    private void killBroker() {
        if (broker instanceof SoakBroker.Own own) {
            LocalRabbit rabbit = own.rabbit();
            rabbit.settle();
            broken(SoakFault.BROKER_KILL);
            rabbit.kill();
            rabbit.start();
        }
    }
}
