package io.nanite.admin;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.TokenSource;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Tells what changes in the fabric, in one row of events, and what becomes of requests that were sent from here. It looks at
 * the mapper a few times a second and tells the difference: the mapper never waits for it. Guarded by itself.
 */
final class LiveFeed implements AutoCloseable {

    static final Duration LOOK = Duration.ofMillis(400);
    static final Duration BEAT = Duration.ofSeconds(5);

    private static final int MOST_EVENTS = 2048;
    private static final int MOST_BYTES = 4 << 20;
    private static final int MOST_REQUESTS = 200;
    private static final int MOST_SENT = 64;

    /** How services go changes with each request: that is told every so many looks. */
    private static final int LOOKS_AT_SERVICES = 5;

    /** How old something is, is said anew so seldom. */
    private static final Duration VERDICT_AGES = Duration.ofSeconds(5);

    /** Two clocks are read one after the other. */
    private static final Duration JITTER = Duration.ofMillis(100);

    private final Mapper mapper;
    private final Fleet fleet;
    private final Views views;
    private final RequestLog log;
    private final TimeSource time;
    private final Topic topic = new Topic(TokenSource.secure().next().value(), MOST_EVENTS, MOST_BYTES);

    // Guarded by this.
    private Map<String, Answers.Agent> agents = new LinkedHashMap<>();
    private SortedMap<String, Answers.ServiceLine> services = new TreeMap<>();
    private Answers.@Nullable Tally tally;
    private Answers.@Nullable Judgement verdict;
    private int looks;
    private final Map<String, Sent> sent = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Sent> eldest) {
            if (size() > MOST_SENT) {
                eldest.getValue().topic().finish();
                return true;
            }
            return false;
        }
    };

    LiveFeed(Mapper mapper, Fleet fleet, Views views, RequestLog log, TimeSource time) {
        this.mapper = mapper;
        this.fleet = fleet;
        this.views = views;
        this.log = log;
        this.time = time;
    }

    /** Tells what has changed since the last look. */
    synchronized void look() {
        Instant at = now();
        lookAtAgents(at);
        if (looks++ % LOOKS_AT_SERVICES == 0
                || services.size() != mapper.services().size()) {
            lookAtServices(at);
        }
        List<Answers.RequestLine> changes = log.changes();
        if (!changes.isEmpty()) {
            List<Answers.RequestLine> told = changes.subList(0, Math.min(changes.size(), MOST_REQUESTS));
            publish("requests", new Answers.RequestChanges(at, told, changes.size() - told.size()));
        }
        Answers.Tally figures = Answers.Tally.of(mapper);
        if (!figures.equals(tally)) {
            tally = figures;
            publish("tally", new Answers.TallyChange(at, figures));
        }
        Answers.Judgement judgement = views.verdict();
        if (isNews(judgement, verdict)) {
            verdict = judgement;
            publish("verdict", judgement);
        }
    }

    private static boolean isNews(Answers.Judgement now, Answers.@Nullable Judgement before) {
        if (before == null || !now.level().equals(before.level())) {
            return true;
        }
        boolean same =
                now.sentence().equals(before.sentence()) && now.findings().equals(before.findings());
        return !same
                && (Duration.between(before.at(), now.at()).compareTo(VERDICT_AGES) >= 0
                        || !subjects(now).equals(subjects(before)));
    }

    private static List<Answers.Subject> subjects(Answers.Judgement judgement) {
        return judgement.findings().stream().map(Answers.Finding::subject).toList();
    }

    private void lookAtAgents(Instant at) {
        Map<String, Answers.Agent> seen = new LinkedHashMap<>();
        List<Answers.Agent> changed = new ArrayList<>();
        for (Answers.Agent line : fleet.lines(at)) {
            Answers.@Nullable Agent before = agents.get(line.name());
            Answers.Agent agent = steady(line, before);
            seen.put(agent.name(), agent);
            if (!agent.equals(before)) {
                changed.add(agent);
            }
        }
        List<String> gone =
                agents.keySet().stream().filter(name -> !seen.containsKey(name)).toList();
        agents = seen;
        if (!changed.isEmpty() || !gone.isEmpty()) {
            publish("agents", new Answers.AgentChanges(at, changed, gone));
        }
    }

    private static Answers.Agent steady(Answers.Agent line, Answers.@Nullable Agent before) {
        if (before == null
                || Duration.between(before.heardAt(), line.heardAt()).abs().compareTo(JITTER) >= 0) {
            return line;
        }
        return line.heardAt(before.heardAt());
    }

    private void lookAtServices(Instant at) {
        SortedMap<String, Answers.ServiceLine> seen = new TreeMap<>();
        views.serviceLines().forEach(line -> seen.put(line.path(), line));
        List<Answers.ServiceLine> changed = seen.values().stream()
                .filter(service -> !service.equals(services.get(service.path())))
                .toList();
        List<String> gone = services.keySet().stream()
                .filter(path -> !seen.containsKey(path))
                .toList();
        services = seen;
        if (!changed.isEmpty() || !gone.isEmpty()) {
            publish("services", new Answers.ServiceChanges(at, changed, gone));
        }
    }

    /** Tells what was measured in a second. Any thread. */
    void tell(Answers.Second second) {
        publish("second", second);
    }

    private void publish(String type, Object change) {
        topic.publish(type, Json.text(change));
    }

    /** Has this told what changes; first everything, unless it says what it had last and that is not long ago. */
    synchronized void subscribe(Topic.Subscriber subscriber, @Nullable String lastId) {
        look();
        topic.subscribe(
                subscriber,
                lastId,
                () -> Json.text(new Answers.Snapshot(
                        now(),
                        Answers.Tally.of(mapper),
                        List.copyOf(agents.values()),
                        List.copyOf(services.values()),
                        log.newest(MOST_REQUESTS),
                        views.verdict())));
    }

    /** Follows a request that was sent from here. */
    synchronized void follow(Job job) {
        sent.put(job.token().value(), new Sent(job));
    }

    /** The answers of a request that was sent from here not long ago. */
    synchronized Optional<Topic> answers(String token) {
        return Optional.ofNullable(sent.get(token)).map(Sent::topic);
    }

    /** A sign of life for all who listen; it also finds those who have gone. */
    synchronized void beat() {
        topic.beat();
        sent.values().forEach(each -> each.topic().beat());
    }

    int listening() {
        return topic.listening();
    }

    private Instant now() {
        return time.now().truncatedTo(ChronoUnit.MILLIS);
    }

    @Override
    public synchronized void close() {
        log.close();
        topic.finish();
        sent.values().forEach(each -> each.topic().finish());
    }
}
