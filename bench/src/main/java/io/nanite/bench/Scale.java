package io.nanite.bench;

import com.sun.management.OperatingSystemMXBean;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.faultkit.Child;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Choosing;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;

/**
 * What a mapper costs that knows many agents, each of which offers five services and pings every 15 s, while somebody makes a
 * thousand choices per second: processor time of the mapper's process, heap after a collection, time per choice, agents that
 * were taken for dead although they pinged.
 *
 * <p>{@code Scale [--uri amqp://…] [--agents 100,1000,10000] [--seconds 60]}. The agents run in another process; without a
 * URI that is the broker too.
 */
public final class Scale {

    private static final OperatingSystemMXBean SYSTEM =
            ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

    private static final Service SERVICE = new Service("/a/one");
    private static final Duration START = Duration.ofMinutes(3);
    private static final long PAUSE = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int HIGHEST_NANOS = 1_000_000_000;

    private Scale() {}

    /** Runs the benchmark. */
    public static void main(String[] args) throws Exception {
        List<String> options = Arrays.asList(args);
        String uri = option(options, "--uri", "");
        long seconds = Long.parseLong(option(options, "--seconds", "60"));
        System.out.println(
                "agents  pings/s  known after  choices  median     p99        worst      core    heap     expired");
        for (String agents : option(options, "--agents", "100,1000,10000").split(",", -1)) {
            run(uri, Integer.parseInt(agents), Duration.ofSeconds(seconds));
        }
    }

    private static String option(List<String> options, String name, String standard) {
        int at = options.indexOf(name);
        return at >= 0 && at + 1 < options.size() ? options.get(at + 1) : standard;
    }

    private static void run(String uri, int agents, Duration time) throws InterruptedException {
        String[] arguments =
                uri.isEmpty() ? new String[] {Integer.toString(agents)} : new String[] {Integer.toString(agents), uri};
        AtomicInteger expired = new AtomicInteger();
        MapperListener listener = new MapperListener() {
            @Override
            public void timedOut(Identity agent, Mapper mapper) {
                expired.incrementAndGet();
            }
        };
        try (Child child = Child.start("agents", Child.jvm(List.of(), ScaleAgents.class.getName(), arguments))) {
            String broker = child.awaitLine(ScaleAgents.READY, START).substring(ScaleAgents.READY.length());
            RabbitTransport transport =
                    new RabbitTransport(RabbitConfig.of(broker).withName("bench-scale"));
            long started = System.nanoTime();
            try (Mapper mapper = Mapper.with(MapperConfig.named("bench-scale").withRescue(false))
                    .listener(listener)
                    .start(transport)) {
                if (!mapper.awaitService(SERVICE.path(), agents, START)) {
                    throw new IllegalStateException("agents known: %d (expected: %d)"
                            .formatted(mapper.agents().size(), agents));
                }
                long known = System.nanoTime() - started;
                Choosing choosing = new Choosing(mapper);
                choices(choosing, time.dividedBy(4)); // until it is compiled
                long cpu = SYSTEM.getProcessCpuTime();
                long from = System.nanoTime();
                Histogram choices = choices(choosing, time);
                double core = (SYSTEM.getProcessCpuTime() - cpu) / (double) (System.nanoTime() - from);
                System.out.printf(
                        Locale.ROOT,
                        "%6d  %7d  %8d ms  %7d  %6.2f µs  %6.1f µs  %6.0f µs  %4.1f %%  %4d MB  %7d%n",
                        agents,
                        agents / ScaleAgents.PING_SECONDS,
                        TimeUnit.NANOSECONDS.toMillis(known),
                        choices.getTotalCount(),
                        choices.getValueAtPercentile(50) / 1e3,
                        choices.getValueAtPercentile(99) / 1e3,
                        choices.getMaxValue() / 1e3,
                        core * 100,
                        heap() >> 20,
                        expired.get());
            }
        }
    }

    /** A choice each millisecond, for so long. */
    private static Histogram choices(Choosing choosing, Duration time) {
        Histogram nanos = new Histogram(HIGHEST_NANOS, 3);
        long until = System.nanoTime() + time.toNanos();
        for (long now = System.nanoTime(); now < until; now = System.nanoTime()) {
            long start = System.nanoTime();
            if (choosing.choose(SERVICE, CallOptions.DEFAULT) != 1) {
                throw new IllegalStateException("agents chosen: not one (expected: 1)");
            }
            nanos.recordValue(Math.min(HIGHEST_NANOS, System.nanoTime() - start));
            LockSupport.parkNanos(PAUSE);
        }
        return nanos;
    }

    private static long heap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
