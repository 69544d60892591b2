package io.nanite.cli;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.faultkit.Child;
import io.nanite.faultkit.FaultProxy;
import io.nanite.faultkit.Ledger;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The processes of a soak, one for each agent and mapper, every second of them behind a link that can be broken. Used by the
 * command's thread; what the processes say comes on threads of theirs.
 */
final class SoakFleet implements AutoCloseable {

    private static final String AGENT = "a";
    private static final String MAPPER = "m";

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Longer than requests live. */
    private static final Duration STUCK = Duration.ofMinutes(5);

    /** How a process may end: done, or not let in. */
    private static final Set<Integer> ENDINGS =
            Set.of(ExitCode.OK.code(), ExitCode.NO_BROKER.code(), ExitCode.REFUSED.code());

    /** What is given to a mapper that starts when time is up. */
    private static final Duration SHORTEST = Duration.ofMillis(1);

    /** Since this Java they must be told that what they do is all right. */
    private static final int WARNING_JAVA = 24;

    private final SoakCommand soak;
    private final SoakBroker broker;
    private final Path folder;
    private final @Nullable Path certificates;
    private final Ledger book;
    private final FaultProxy link;
    private final CountDownLatch open;
    private final List<Child> agents = new ArrayList<>();
    private final List<Mapping> mappers = new ArrayList<>();
    private final TimeSource time = TimeSource.system();

    /** What the processes that live take, by their names. */
    private final Map<String, SoakCourse> courses = new ConcurrentSkipListMap<>();

    /** The numbers of the agents that have come. */
    private final Set<Integer> present = ConcurrentHashMap.newKeySet();

    private long begin;
    private int answeredBefore;
    private long answeredAt;

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

    /** {@code certificates} is where those of all processes are; null if they sign nothing. */
    SoakFleet(SoakCommand soak, SoakBroker broker, Path folder, @Nullable Path certificates) {
        this.soak = soak;
        this.broker = broker;
        this.folder = folder;
        this.certificates = certificates;
        book = Ledger.open(folder, "soak-" + ProcessHandle.current().pid());
        link = FaultProxy.before(broker.host(), broker.port());
        open = new CountDownLatch(soak.mappers);
    }

    /** Returns when the agents have registered. */
    void startAgents() throws InterruptedException {
        for (int i = 0; i < soak.agents; i++) {
            agents.add(launchAgent(i));
        }
        for (Child agent : agents) {
            agent.awaitLine(SoakAgentCommand.READY, PATIENCE);
        }
    }

    /** From now on there is work. */
    void startMappers() {
        begin = time.nanos();
        answeredAt = begin;
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

    /** Waits so long, and starts again who was not let in. */
    void rest(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
        relaunch();
    }

    /** Waits so long for everything to be answered; returns whether it is. Throws if a process ended by itself. */
    boolean awaitDone(Duration atMost) throws InterruptedException {
        boolean done = open.await(atMost.toMillis(), TimeUnit.MILLISECONDS);
        relaunch();
        watch();
        return done;
    }

    private void relaunch() throws InterruptedException {
        for (int i = 0; i < agents.size(); i++) {
            if (isRefused(agents.get(i))) {
                agents.set(i, launchAgent(i));
            }
        }
        for (Mapping mapping : mappers) {
            Child child = mapping.child;
            if (child != null && !mapping.done && isRefused(child) && !mapping.done) {
                mapping.child = launchMapper(mapping, 1);
            }
        }
    }

    /**
     * Whether it has ended because the broker was away, or did not let it in: its name is taken until the broker notices that
     * whoever had it is dead, where a link went black that did not tell. A supervisor would start it again, and so do we.
     * Throws if it ended otherwise, but for a mapper that is done.
     */
    private static boolean isRefused(Child child) throws InterruptedException {
        if (child.isAlive()) {
            return false;
        }
        int code = child.awaitExit(PATIENCE);
        if (!ENDINGS.contains(code)) {
            throw new IllegalStateException("%s ended by itself with %d (expected: when all is answered). It said:%n%s"
                    .formatted(child.name(), code, String.join("\n", child.lines())));
        }
        child.close();
        return code != ExitCode.OK.code();
    }

    /** Throws if nothing was answered for so long that nothing will be. */
    private void watch() {
        int now = answered();
        if (now != answeredBefore) {
            answeredBefore = now;
            answeredAt = time.nanos();
        }
        Duration silence = Duration.ofNanos(time.nanos() - answeredAt);
        if (silence.compareTo(STUCK.plus(soak.work.multipliedBy(2))) > 0) {
            throw new IllegalStateException("answered: %d, and nothing for %d s. The mappers said:%n%s"
                    .formatted(
                            now,
                            silence.toSeconds(),
                            mappers.stream()
                                    .map(mapping -> String.join(
                                            "\n",
                                            Objects.requireNonNull(mapping.child)
                                                    .lines()))
                                    .collect(Collectors.joining("\n"))));
        }
    }

    /** Kills an agent, and starts it again. */
    void killAgent(int number) {
        agents.get(number).close();
        agents.set(number, launchAgent(number));
    }

    /** Whether this mapper has something to do still. */
    boolean isWorking(int number) {
        return !mappers.get(number).done;
    }

    /** Kills a mapper, and starts it again with what it had not given away; nothing more if it is done. */
    void killMapper(int number) {
        Mapping mapping = mappers.get(number);
        Child child = mapping.child;
        if (child == null) {
            return;
        }
        child.close();
        book.died(SoakAgentCommand.writer("mapper-" + child.name(), child.pid()));
        if (mapping.done) {
            return; // just before
        }
        mapping.share = Math.max(1, mapping.share - mapping.submitted);
        mapping.answeredBefore += mapping.answered;
        mapping.submitted = 0;
        mapping.answered = 0;
        mapping.child = launchMapper(mapping, 1);
    }

    /** Whether all agents have come since they were started last. */
    boolean isWhole() {
        return present.size() == soak.agents;
    }

    private Child launchAgent(int number) {
        present.remove(number);
        return launch(
                AGENT + number,
                number,
                "nanite",
                line -> {
                    if (line.equals(SoakAgentCommand.READY)) {
                        present.add(number);
                    }
                },
                "soak-agent",
                "--slots",
                Integer.toString(soak.slots));
    }

    private Child launchMapper(Mapping mapping, int wanted) {
        return launch(
                MAPPER + mapping.number,
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
                "--for",
                left().toMillis() + "ms",
                "--agents",
                Integer.toString(wanted));
    }

    /** How long a mapper that starts now may give away work; 0 for ever. */
    private Duration left() {
        if (soak.minutes == 0) {
            return Duration.ZERO;
        }
        Duration left = Duration.ofMinutes(soak.minutes).minusNanos(time.nanos() - begin);
        return left.compareTo(SHORTEST) < 0 ? SHORTEST : left;
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

    private static String name(SoakCommand soak, String role) {
        return soak.broker.token == null ? role : soak.broker.token + "-" + role;
    }

    /** Who the processes of this soak are going to be. */
    static List<Identity> identities(SoakCommand soak) {
        List<Identity> all = new ArrayList<>();
        for (int i = 0; i < soak.agents; i++) {
            all.add(Identity.agent(name(soak, AGENT + i)));
        }
        for (int i = 0; i < soak.mappers; i++) {
            all.add(Identity.mapper(name(soak, MAPPER + i)));
        }
        return all;
    }

    private Child launch(String role, int number, String user, Consumer<String> listener, String... arguments) {
        String name = name(soak, role);
        boolean linked = number % 2 == 1;
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--token", name, "--ledger", folder.toString()));
        all.addAll(List.of("--host", linked ? "127.0.0.1" : broker.hosts()));
        all.addAll(List.of("--port", Integer.toString(linked ? link.port() : broker.port())));
        all.addAll(List.of("--vhost", broker.vhost()));
        all.addAll(List.of("--user", soak.broker.user == null ? user : soak.broker.user));
        all.addAll(List.of("--heartbeat", soak.broker.heartbeat.toMillis() + "ms"));
        all.addAll(List.of("--queue-type", soak.broker.queueType.name().toLowerCase(Locale.ROOT)));
        all.addAll(List.of("--format", soak.broker.format, "--log-level", "error"));
        if (certificates != null) {
            all.addAll(List.of("--certificates", certificates.toString()));
            all.add("--secure-sessions=" + soak.broker.secureOptions.sessions);
        }
        all.addAll(List.of("--end-with", Long.toString(ProcessHandle.current().pid())));
        all.add("--no-packs=" + soak.broker.noPacks);
        ProcessBuilder builder = Child.jvm(jvm(), Main.class.getName(), all.toArray(String[]::new));
        Map<String, String> environment = builder.environment();
        environment.keySet().removeIf(variable -> variable.startsWith("NANITE_"));
        if (soak.broker.password.isSet()) {
            environment.put("NANITE_PASS", soak.broker.password.secret().value());
        }
        builder.directory(folder.toFile()); // where no config.yml is
        SoakCourse course = new SoakCourse(name);
        courses.put(name, course);
        return Child.start(name, builder, line -> {
            SoakUsage usage = SoakUsage.parse(line);
            if (usage == null) {
                listener.accept(line);
            } else {
                course.add(usage);
            }
        });
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

    /** What each process took since it was started last, by their names. */
    List<SoakCourse> courses() {
        return List.copyOf(courses.values());
    }

    /** Ends the agents in good order. */
    void end() throws InterruptedException {
        List<Child> living = agents.stream().filter(Child::isAlive).toList();
        living.forEach(Child::terminate);
        for (Child agent : living) {
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
