package io.nanite.cli;

import io.nanite.faultkit.Child;
import io.nanite.faultkit.FaultProxy;
import io.nanite.faultkit.Ledger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a soak, one for each agent and mapper, every second of them behind a link that can be broken. Used by the
 * command's thread; what the processes say comes on threads of theirs.
 */
final class SoakFleet implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Since this Java they must be told that what they do is all right. */
    private static final int WARNING_JAVA = 24;

    private final SoakCommand soak;
    private final SoakBroker broker;
    private final Path folder;
    private final Ledger book;
    private final FaultProxy link;
    private final CountDownLatch open;
    private final List<Child> agents = new ArrayList<>();
    private final List<Mapping> mappers = new ArrayList<>();

    /** A mapper, through all its lives. */
    private static final class Mapping {

        private final int number;

        /** What it has to give away in this life. */
        private int share;

        private volatile int submitted;
        private volatile int answered;

        /** By lives that are over. */
        private int answeredBefore;

        private volatile boolean done;
        private volatile @Nullable Child child;

        Mapping(int number, int share) {
            this.number = number;
            this.share = share;
        }
    }

    SoakFleet(SoakCommand soak, SoakBroker broker, Path folder) {
        this.soak = soak;
        this.broker = broker;
        this.folder = folder;
        book = Ledger.open(folder, "soak-" + ProcessHandle.current().pid());
        link = FaultProxy.before(broker.host(), broker.port());
        open = new CountDownLatch(soak.mappers);
    }

    /** Starts them all; returns when the agents have registered. */
    void start() throws InterruptedException {
        for (int i = 0; i < soak.agents; i++) {
            agents.add(launchAgent(i));
        }
        for (Child agent : agents) {
            agent.awaitLine(SoakAgentCommand.READY, PATIENCE);
        }
        for (int i = 0; i < soak.mappers; i++) {
            int share = soak.jobs / soak.mappers + (i < soak.jobs % soak.mappers ? 1 : 0);
            Mapping mapping = new Mapping(i, share);
            mappers.add(mapping);
            mapping.child = launchMapper(mapping, soak.agents);
        }
    }

    FaultProxy link() {
        return link;
    }

    Ledger book() {
        return book;
    }

    List<Child> agents() {
        return agents;
    }

    /** How many mappers there are. */
    int mappers() {
        return mappers.size();
    }

    /** How many jobs are answered, as far as the mappers have said. */
    int answered() {
        int sum = 0;
        for (Mapping mapping : mappers) {
            sum += mapping.answeredBefore + mapping.answered;
        }
        return sum;
    }

    boolean isDone() {
        return open.getCount() == 0;
    }

    /** Waits so long for everything to be answered; returns whether it is. Throws if a mapper ended by itself. */
    boolean awaitDone(Duration atMost) throws InterruptedException {
        boolean done = open.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        for (Mapping mapping : mappers) {
            Child child = mapping.child;
            if (child != null && !child.isAlive() && !mapping.done) {
                child.awaitExit(PATIENCE); // what it said last may say that it is done
                if (!mapping.done) {
                    throw new IllegalStateException("%s ended by itself (expected: when all is answered). It said:%n%s"
                            .formatted(child.name(), String.join("\n", child.lines())));
                }
            }
        }
        return done;
    }

    /** Kills an agent, and starts it again. */
    void killAgent(int number) throws InterruptedException {
        agents.get(number).close();
        Child again = launchAgent(number);
        agents.set(number, again);
        again.awaitLine(SoakAgentCommand.READY, PATIENCE);
    }

    /** Kills a mapper, and starts it again with what it had not given away; nothing if it is done. */
    boolean killMapper(int number) {
        Mapping mapping = mappers.get(number);
        Child child = mapping.child;
        if (mapping.done || child == null) {
            return false;
        }
        child.close();
        book.died(SoakAgentCommand.writer("mapper-" + child.name(), child.pid()));
        if (mapping.done) {
            return true; // just before
        }
        mapping.share = Math.max(1, mapping.share - mapping.submitted);
        mapping.answeredBefore += mapping.answered;
        mapping.submitted = 0;
        mapping.answered = 0;
        mapping.child = launchMapper(mapping, 1);
        return true;
    }

    private Child launchAgent(int number) {
        return launch(
                "a" + number, number, "nanite", line -> {}, "soak-agent", "--slots", Integer.toString(soak.slots));
    }

    private Child launchMapper(Mapping mapping, int wanted) {
        return launch(
                "m" + mapping.number,
                mapping.number,
                "mapper",
                line -> heard(mapping, line),
                "soak-mapper",
                "--jobs",
                Integer.toString(mapping.share),
                "--window",
                Integer.toString(soak.window),
                "--work",
                soak.work.toMillis() + "ms",
                "--minutes",
                Integer.toString(soak.minutes),
                "--agents",
                Integer.toString(wanted));
    }

    private void heard(Mapping mapping, String line) {
        if (line.startsWith(SoakMapperCommand.PROGRESS)) {
            int space = line.lastIndexOf(' ');
            mapping.submitted = Integer.parseInt(line.substring(SoakMapperCommand.PROGRESS.length(), space));
            mapping.answered = Integer.parseInt(line.substring(space + 1));
        } else if (line.equals(SoakMapperCommand.DONE)) {
            mapping.done = true;
            open.countDown();
        }
    }

    private Child launch(String name, int number, String user, Consumer<String> listener, String... arguments) {
        boolean linked = number % 2 == 1;
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--token", name, "--ledger", folder.toString()));
        all.addAll(List.of("--host", linked ? "127.0.0.1" : broker.host()));
        all.addAll(List.of("--port", Integer.toString(linked ? link.port() : broker.port())));
        all.addAll(List.of("--vhost", broker.vhost()));
        all.addAll(List.of("--user", soak.broker.user == null ? user : soak.broker.user));
        all.addAll(List.of("--heartbeat", soak.broker.heartbeat.toMillis() + "ms"));
        all.addAll(List.of("--format", soak.broker.format, "--log-level", "error"));
        all.addAll(List.of("--end-with", Long.toString(ProcessHandle.current().pid())));
        ProcessBuilder builder = Child.jvm(jvm(), Main.class.getName(), all.toArray(String[]::new));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(variable -> variable.startsWith("NANITE_"));
        if (soak.broker.pass != null) {
            environment.put("NANITE_PASS", soak.broker.pass);
        }
        builder.directory(folder.toFile()); // where no config.yml is
        return Child.start(name, builder, listener);
    }

    private static List<String> jvm() {
        List<String> options = new ArrayList<>(List.of(
                "-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dguice_custom_class_loading=CHILD"));
        if (Runtime.version().feature() >= WARNING_JAVA) {
            options.add("--enable-native-access=ALL-UNNAMED");
            options.add("--sun-misc-unsafe-memory-access=allow");
        }
        return options;
    }

    /** Ends the agents in good order. */
    void end() throws InterruptedException {
        for (Child agent : agents) {
            agent.terminate();
        }
        for (Child agent : agents) {
            agent.awaitExit(PATIENCE);
        }
    }

    @Override
    public void close() {
        for (Mapping mapping : mappers) {
            Child child = mapping.child;
            if (child != null) {
                child.close();
            }
        }
        agents.forEach(Child::close);
        link.close();
        book.close();
    }
}
