package io.nanite.faulttest;

import io.nanite.faultkit.Child;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.awaitility.Awaitility;

/** Agents as {@code nanite-agent} runs them, each a process that hosts {@link Hazard}, and a mapper in this one. */
final class Daemons implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Longer than all the lives of an agent that a job ends. */
    private static final Duration DEADLINE = Duration.ofMinutes(10);

    private static final List<String> JVM = List.of(
            "-Xmx64m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Dguice_custom_class_loading=CHILD");

    private final Path folder;
    private final TestBroker broker;
    private final List<Runnable> ends = new ArrayList<>();

    Daemons(Path folder, TestBroker broker) throws IOException {
        this.folder = folder;
        this.broker = broker;
        write(Files.createDirectories(folder.resolve("actors")).resolve("hazard.jar"), Hazard.class, Hazard.Work.class);
    }

    private static void write(Path jar, Class<?>... types) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Class<?> type : types) {
                String name = type.getName().replace('.', '/') + ".class";
                zip.putNextEntry(new ZipEntry(name));
                try (InputStream in = Hazard.class.getResourceAsStream("/" + name)) {
                    if (in == null) {
                        throw new IOException(name + ": not there (expected: a class file)");
                    }
                    in.transferTo(zip);
                }
            }
        }
    }

    /** An agent of at most 64 MiB of heap. Returns when it has registered. */
    Child agent(String name, String... more) throws InterruptedException {
        Child child = life(name, more);
        child.awaitLine("nanite-" + name + " started", PATIENCE);
        return child;
    }

    /** As above, but returns at once: what lies in its queue may end it before it can say that it is there. */
    Child life(String name, String... more) {
        String[] arguments = Stream.concat(
                        Stream.of(
                                "agent",
                                "-t",
                                name,
                                "-n",
                                folder.toString(),
                                "-P",
                                Integer.toString(Fleet.port(broker)),
                                "-v",
                                broker.vhost(),
                                "--ping-time",
                                "500ms",
                                "--end-with",
                                Long.toString(ProcessHandle.current().pid())),
                        Arrays.stream(more))
                .toArray(String[]::new);
        Child child = Child.start(name, Child.jvm(JVM, "io.nanite.cli.Main", arguments));
        ends.add(child::close);
        return child;
    }

    /** A mapper that only does what agents ask for. Returns when it is up. */
    Child standingMapper(String name) throws InterruptedException {
        Child child = Child.start(
                name,
                Child.jvm(
                        JVM,
                        "io.nanite.cli.Main",
                        "mapper",
                        "-t",
                        name,
                        "-n",
                        folder.toString(),
                        "-P",
                        Integer.toString(Fleet.port(broker)),
                        "-v",
                        broker.vhost()));
        ends.add(child::close);
        child.awaitLine("mapper-" + name + " is up", PATIENCE);
        return child;
    }

    /** Knows so many agents when this returns. */
    Mapper mapper(int agents) throws InterruptedException {
        return mapper(agents, true, true);
    }

    /** As above, and may leave what dead agents leave to their next lives. */
    Mapper mapper(int agents, boolean packing, boolean rescue) throws InterruptedException {
        RabbitConfig login =
                RabbitConfig.of(broker.uri("mapper")).withName("m1").withPacking(packing);
        Mapper mapper = Mapper.start(
                MapperConfig.named("m1")
                        .withTimeout(DEADLINE)
                        .withPacking(packing)
                        .withRescue(rescue),
                new RabbitTransport(login));
        ends.add(mapper::close);
        if (!mapper.awaitService("/hazard/echo", agents, PATIENCE)) {
            throw new AssertionError("agents: %s (expected: %d)".formatted(mapper.agents(), agents));
        }
        return mapper;
    }

    /** A job whose notes go into this folder. */
    static Hazard.Work work(Path notes, int id) {
        return new Hazard.Work(notes.toString(), id);
    }

    /** What was noted so far. */
    static List<String> notes(Path notes, String file) throws IOException {
        Path path = notes.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path, StandardCharsets.UTF_8) : List.of();
    }

    static void awaitNotes(Path notes, String file, int count) {
        Awaitility.await().atMost(PATIENCE).until(() -> notes(notes, file).size() >= count);
    }

    /** Waits until nobody reads the queue of this agent, and so many jobs are in it. */
    void awaitLeft(String name, int jobs) throws Exception {
        ByHand.on(broker, channel -> Awaitility.await().atMost(PATIENCE).until(() -> {
            var queue = channel.queueDeclarePassive("nanite-" + name);
            return queue.getConsumerCount() == 0 && queue.getMessageCount() == jobs;
        }));
    }

    @Override
    public void close() {
        for (int i = ends.size() - 1; i >= 0; i--) {
            ends.get(i).run();
        }
    }
}
