package io.nanite.bench;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.TransportListener;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Choosing;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import io.nanite.testkit.ManualLoop;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.CommandLineOptions;

/**
 * What it costs a mapper to choose an agent, by how many it knows and by what they are asked for: five services each, of all of
 * which every second agent carries the tag. {@code Choice [options of JMH]}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class Choice {

    private static final Service SERVICE = new Service("/a/one");
    private static final List<Service> OTHERS =
            List.of(new Service("/a/two"), new Service("/b/one"), new Service("/b/two"), new Service("/b/three"));

    @Param({"10", "100", "1000", "10000"})
    public int agents;

    @Param({"least_loaded", "random", "rr", "tag"})
    public String by = "least_loaded";

    private @Nullable Fixture fixture;

    private record Fixture(Mapper mapper, InMemoryTransport others, Supplier<Integer> choice) {}

    /** Runs it under JMH, with what stands on the command line. */
    public static void main(String[] args) throws Exception {
        String[] options = args.length > 0 && !args[0].startsWith("-")
                ? args
                : concat(Choice.class.getName().replace(".", "\\.") + "\\.", args);
        new Runner(new CommandLineOptions(options)).run();
    }

    private static String[] concat(String first, String[] rest) {
        String[] all = new String[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }

    /** Everybody registers. */
    @Setup
    public void registerAll() {
        InMemoryBroker broker = InMemoryBroker.inline();
        ManualLoop loop = new ManualLoop();
        Mapper mapper =
                Mapper.with(MapperConfig.named("bench-choice")).loop(loop).start(broker.transport("mapper"));
        InMemoryTransport others = broker.transport("agents");
        others.start(new TransportListener() {});
        PacketSender sender = new PacketSender(new JsonSerializer(), others);
        Set<Service> services = new LinkedHashSet<>(OTHERS);
        services.add(SERVICE);
        for (int i = 0; i < agents; i++) {
            sender.tellMappers(
                    Address.REGISTRATION,
                    new Register(
                            Identity.agent("bench-" + i),
                            services,
                            i % 2 == 0 ? Set.of("even") : Set.of(),
                            Status.of(i % 17 / 10.0),
                            new Vitals(64, 0, "boot", 0, "bench", true)));
        }
        loop.run();
        Choosing choosing = new Choosing(mapper);
        CallOptions options =
                by.equals("tag") ? CallOptions.DEFAULT.withTags(Set.of("even")) : CallOptions.DEFAULT.withSelector(by);
        fixture = new Fixture(mapper, others, () -> choosing.choose(SERVICE, options));
    }

    @TearDown
    public void close() {
        Fixture used = Objects.requireNonNull(fixture);
        used.mapper().close();
        used.others().close();
    }

    /** One choice. */
    @Benchmark
    public int choose() {
        return Objects.requireNonNull(fixture).choice().get();
    }
}
