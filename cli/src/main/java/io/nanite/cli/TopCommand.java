package io.nanite.cli;

import ch.qos.logback.classic.Level;
import io.nanite.cli.console.LiveScreen;
import io.nanite.core.ConfigException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.transport.TransportException;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.Instruction;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.rabbitmq.RabbitTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows the fabric in a terminal, live. */
@Command(
        name = "top",
        description =
                "Shows the agents of the fabric, live: their state, their load, how long they take to answer. In a pipe it "
                        + "prints one table and ends.",
        footer = {
            "",
            "Keys: q ends; a, l, b, j, w, p, h sort by name, status, busy slots, jobs in a second, messages that wait in its",
            "queue, ping, and when an agent was heard; r turns the order round; s shows services, or agents again; / begins a",
            "filter, Enter ends it, Escape takes it back."
        })
final class TopCommand implements Callable<Integer> {

    private static final Duration QUIET = Duration.ofMillis(250);
    private static final Duration MOST = Duration.ofSeconds(3);

    /** More are not asked at once. */
    private static final int MOST_PINGED = 100;

    private static final int ESCAPE = 27;
    private static final int DELETE = 127;

    /** How many jobs an agent had done at some moment. */
    private record Done(long jobs, long nanos) {}

    @Mixin
    BrokerOptions broker = new BrokerOptions();

    @Mixin
    CommonOptions common = new CommonOptions();

    @Option(names = "--every", paramLabel = "TIME", description = "how often to look (default: 1s)")
    Duration every = Duration.ofSeconds(1);

    @Option(names = "--json", negatable = true, fallbackValue = "true", description = "once, as one line of JSON")
    boolean json;

    private final TimeSource time = TimeSource.system();
    private final Set<Identity> suspects = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Identity, Duration> pings = new ConcurrentHashMap<>();
    private final Set<Identity> asked = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Identity, Done> done = new ConcurrentHashMap<>();
    private final ConcurrentMap<Identity, Double> rates = new ConcurrentHashMap<>();
    private @Nullable RabbitTransport transport;
    private TopTable table = new TopTable(TopTable.Order.AGENT, false, "", false);
    private boolean filtering;

    @Override
    public Integer call() throws InterruptedException {
        Logging.level(broker.logLevel, Level.ERROR);
        if (every.isZero() || every.isNegative()) {
            throw ConfigException.of("--every", every, "more than 0");
        }
        try (Mapper mapper = start()) {
            Loan.hear(mapper, QUIET, MOST);
            LiveScreen screen = json ? null : LiveScreen.open();
            if (screen == null) {
                print(mapper);
            } else {
                try (screen) {
                    common.shutdown().with(screen::end);
                    live(mapper, screen);
                }
            }
        }
        return ExitCode.OK.code();
    }

    /** Looks on: it saves nobody's work, and serves nobody. */
    private Mapper start() {
        String name = broker.token == null ? TokenSource.secure().next().value() : broker.token;
        Names.mapper("token", name);
        MapperConfig config = MapperConfig.named(name)
                .withPacking(!broker.noPacks)
                .withRescue(false)
                .withAgentCalls(false)
                .withIntroduces(broker.introduces());
        broker.password.warn(common);
        RabbitTransport own =
                new RabbitTransport(broker.broker("mapper", config.identity().value()));
        transport = own;
        return Mapper.with(config)
                .serializer(broker.serializer(config.identity()))
                .listener(new MapperListener() {
                    @Override
                    public void suspected(Identity agent, Mapper mapper) {
                        suspects.add(agent);
                    }

                    @Override
                    public void recovered(Identity agent, Mapper mapper) {
                        suspects.remove(agent);
                    }

                    @Override
                    public void registered(Identity agent, Mapper mapper) {
                        suspects.remove(agent);
                        asked.remove(agent);
                    }
                })
                .start(own);
    }

    private void print(Mapper mapper) {
        List<TopTable.Row> rows = rows(mapper);
        if (json) {
            common.out().println(Json.line(table.everything(rows)));
            return;
        }
        common.out().println(TopTable.summary(rows));
        table.lines(rows).forEach(common.out()::println);
    }

    private void live(Mapper mapper, LiveScreen screen) {
        while (true) {
            ping(mapper);
            draw(mapper, screen);
            int key = screen.key(every);
            if (key == LiveScreen.END || (key == 'q' && !filtering)) {
                return;
            }
            if (key != LiveScreen.NOTHING) {
                press(key);
            }
        }
    }

    private void press(int key) {
        if (filtering) {
            type(key);
            return;
        }
        TopTable.Order order = TopTable.Order.of(key);
        if (order != null) {
            table = new TopTable(order, false, table.filter(), table.services());
        } else if (key == 'r') {
            table = new TopTable(table.order(), !table.reversed(), table.filter(), table.services());
        } else if (key == 's') {
            table = new TopTable(table.order(), table.reversed(), table.filter(), !table.services());
        } else if (key == '/') {
            filtering = true;
        } else if (key == ESCAPE) {
            filter("");
        }
    }

    private void type(int key) {
        String filter = table.filter();
        if (key == '\r' || key == '\n') {
            filtering = false;
        } else if (key == ESCAPE) {
            filtering = false;
            filter("");
        } else if (key == DELETE || key == '\b') {
            filter(filter.isEmpty() ? "" : filter.substring(0, filter.length() - 1));
        } else if (key >= ' ') {
            filter(filter + Character.toString(key));
        }
    }

    private void filter(String filter) {
        table = new TopTable(table.order(), table.reversed(), filter, table.services());
    }

    private void draw(Mapper mapper, LiveScreen screen) {
        List<TopTable.Row> rows = rows(mapper);
        List<String> lines = new ArrayList<>();
        lines.add("nanite top: " + TopTable.summary(rows));
        lines.add(
                filtering || !table.filter().isEmpty()
                        ? "filter: " + table.filter() + (filtering ? "_" : "")
                        : "q ends, a l b j w p h sort, r reverse, s services, / filter");
        lines.addAll(table.lines(rows));
        screen.draw(lines, 2);
    }

    /** Asks those that have answered the last time, or are new: an older one would write each question into its log. */
    private void ping(Mapper mapper) {
        for (AgentView agent : mapper.agents()) {
            Identity name = agent.identity();
            if (asked.size() < MOST_PINGED && asked.add(name)) {
                long began = time.nanos();
                var unused = mapper.instruct(name, Instruction.FIGURES).whenComplete((outcome, error) -> {
                    if (outcome instanceof Outcome.Success success) {
                        pings.put(name, Duration.ofNanos(time.nanos() - began));
                        rate(name, success);
                        asked.remove(name);
                    } else {
                        pings.remove(name);
                        rates.remove(name);
                    }
                });
            }
        }
    }

    private void rate(Identity agent, Outcome.Success figures) {
        if (figures.payload().value() instanceof Map<?, ?> map && map.get("executed") instanceof Number executed) {
            Done now = new Done(executed.longValue(), time.nanos());
            Done before = done.put(agent, now);
            if (before != null && now.jobs() >= before.jobs() && now.nanos() > before.nanos()) {
                rates.put(agent, (now.jobs() - before.jobs()) * 1e9 / (now.nanos() - before.nanos()));
            } else {
                rates.remove(agent); // it was started again
            }
        }
    }

    /** What waits for the agents, as far as this login may know it. */
    private Map<String, Integer> queued(Collection<AgentView> agents) {
        RabbitTransport own = transport;
        if (own == null) {
            return Map.of();
        }
        try {
            return own.ready(agents.stream()
                    .limit(MOST_PINGED)
                    .map(agent -> agent.identity().value())
                    .toList());
        } catch (TransportException e) {
            return Map.of();
        }
    }

    private List<TopTable.Row> rows(Mapper mapper) {
        Map<Identity, Duration> known = Map.copyOf(pings);
        Map<String, Integer> queued = queued(mapper.agents());
        return mapper.agents().stream()
                .map(agent -> new TopTable.Row(
                        agent.identity().name(),
                        suspects.contains(agent.identity()),
                        agent.status().load(),
                        agent.vitals().busy(),
                        agent.vitals().slots(),
                        rates.get(agent.identity()),
                        queued.get(agent.identity().value()),
                        known.get(agent.identity()),
                        agent.silentFor(),
                        agent.tags().stream().sorted().toList(),
                        TopTable.paths(agent.services())))
                .toList();
    }
}
