package io.nanite.faulttest;

import io.nanite.faultkit.Child;
import io.nanite.faultkit.Ledger;
import io.nanite.testkit.broker.TestBroker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The processes of a fault test: those of {@code nanite soak}, and what they say of how far they are. */
final class Fleet implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String ENOUGH = "enough";
    private static final String PROGRESS = "soak-mapper progress ";

    /** Small and quick to start: there are many of them, and few cores. */
    private static final List<String> JVM = List.of(
            "-Xmx96m",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xshare:auto",
            "-Dguice_custom_class_loading=CHILD");

    private final Path folder;
    private final Duration heartbeat;
    private final Ledger book;
    private final List<Child> children = new ArrayList<>();

    /** How many jobs of each mapper, by its process, are answered. */
    private final Map<Child, Progress> progress = new ConcurrentHashMap<>();

    private int answered;

    /** How far a mapper is. */
    record Progress(int submitted, int completed) {}

    Fleet(Path folder) {
        this(folder, Fabric.HEARTBEAT);
    }

    Fleet(Path folder, Duration heartbeat) {
        this.folder = folder;
        this.heartbeat = heartbeat;
        book = Ledger.open(folder, "test");
    }

    /** An agent that connects there. Returns when it has registered. */
    Child agent(String name, TestBroker broker, int port) throws InterruptedException {
        return agent(name, broker, port, "--slots", "8");
    }

    /** An agent that settles its jobs before they begin. */
    Child earlyAgent(String name, TestBroker broker, int port) throws InterruptedException {
        return agent(name, broker, port, "--slots", "64", "--ack", "early");
    }

    private Child agent(String name, TestBroker broker, int port, String... more) throws InterruptedException {
        String[] arguments = Stream.concat(
                        Stream.of("soak-agent", "-t", name, "--heartbeat", heartbeat.toSeconds() + "s"),
                        Arrays.stream(more))
                .toArray(String[]::new);
        Child child = start(name, "io.nanite.cli.Main", broker, port, arguments);
        child.awaitLine("soak-agent ready", PATIENCE);
        return child;
    }

    /** A mapper that connects there and gives away so many jobs at least, and goes on until it is {@link #enough}. */
    Child busyMapper(String name, TestBroker broker, int port, int jobs, int agents) {
        return mapper(
                name,
                broker,
                port,
                jobs,
                agents,
                Duration.ofMillis(40),
                "--until",
                folder.resolve(ENOUGH).toString());
    }

    /** A mapper that connects there and gives away so many jobs; a slow one takes so long on average. */
    Child mapper(String name, TestBroker broker, int port, int jobs, int agents, Duration work, String... more) {
        String[] arguments = Stream.concat(
                        Stream.of(
                                "soak-mapper",
                                "-t",
                                name,
                                "--jobs",
                                Integer.toString(jobs),
                                "--window",
                                "64",
                                "--work",
                                work.toMillis() + "ms",
                                "--agents",
                                Integer.toString(agents),
                                "--heartbeat",
                                heartbeat.toSeconds() + "s"),
                        Arrays.stream(more))
                .toArray(String[]::new);
        return start(name, "io.nanite.cli.Main", broker, port, arguments);
    }

    /** Busy mappers give away nothing more, and end when all is answered. */
    void enough() throws IOException {
        Files.createFile(folder.resolve(ENOUGH));
    }

    /** Waits until a mapper has had its first answers. */
    void awaitAtWork(Child mapper) throws InterruptedException {
        mapper.awaitLine(PROGRESS, PATIENCE);
    }

    /** Any other of our programs that takes the same options. */
    Child start(String name, String mainClass, TestBroker broker, int port, String... arguments) {
        String[] all = Stream.concat(
                        Arrays.stream(arguments),
                        Stream.of(
                                "-P",
                                Integer.toString(port),
                                "-v",
                                broker.vhost(),
                                "--ledger",
                                folder.toString(),
                                "--end-with",
                                Long.toString(ProcessHandle.current().pid())))
                .toArray(String[]::new);
        Child[] self = new Child[1];
        synchronized (this) {
            self[0] = Child.start(name, Child.jvm(JVM, mainClass, all), line -> heard(self, line));
            children.add(self[0]);
            return self[0];
        }
    }

    /** On the thread that reads what it prints. */
    private synchronized void heard(Child[] self, String line) {
        if (line.startsWith(PROGRESS)) {
            int space = line.lastIndexOf(' ');
            Progress now = new Progress(
                    Integer.parseInt(line.substring(PROGRESS.length(), space)),
                    Integer.parseInt(line.substring(space + 1)));
            Progress before = progress.put(self[0], now);
            answered += now.completed() - (before == null ? 0 : before.completed());
            notifyAll();
        } else if (!line.isBlank() && !line.startsWith("soak-")) {
            System.out.println(self[0].name() + ": " + line);
        }
    }

    /** How many jobs this mapper had given away when it last said so. */
    int submittedBy(Child mapper) {
        return progress.getOrDefault(mapper, new Progress(0, 0)).submitted();
    }

    /** Waits until so many more jobs are answered, of all mappers together, than there are now. */
    synchronized void awaitAnswered(int more) throws InterruptedException {
        int atLeast = answered + more;
        long until = System.nanoTime() + PATIENCE.toNanos();
        while (answered < atLeast) {
            long left = until - System.nanoTime();
            if (left <= 0) {
                throw new AssertionError(
                        "answered: %d (expected: %d within %s)".formatted(answered, atLeast, PATIENCE));
            }
            wait(left / 1_000_000 + 1);
        }
    }

    /** Writes down that something is broken now. */
    void fault(String name) {
        book.fault(name);
    }

    /** Kills a process with no warning. */
    void kill(Child child) {
        child.kill();
        book.died(writer(child));
    }

    private static String writer(Child child) {
        return (child.name().startsWith("m") ? "mapper-" : "nanite-") + child.name() + "-" + child.pid();
    }

    /** The port of an address. */
    static int port(TestBroker broker) {
        return URI.create(broker.uri("nanite")).getPort();
    }

    @Override
    public void close() {
        children.forEach(Child::close);
        book.close();
    }
}
