package io.nanite.admin;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.TokenSource;
import io.nanite.mapper.AgentView;
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

    /** Two clocks are read one after the other. */
    private static final Duration JITTER = Duration.ofMillis(100);

    private final Mapper mapper;
    private final RequestLog log;
    private final TimeSource time;
    private final Topic topic = new Topic(TokenSource.secure().next().value(), MOST_EVENTS, MOST_BYTES);

    // Guarded by this.
    private Map<String, Answers.Agent> agents = new LinkedHashMap<>();
    private SortedMap<String, Answers.ServiceLine> services = new TreeMap<>();
    private Answers.@Nullable Tally tally;
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

    LiveFeed(Mapper mapper, RequestLog log, TimeSource time) {
        this.mapper = mapper;
        this.log = log;
        this.time = time;
    }

    /** Tells what has changed since the last look. */
    synchronized void look() {
        Instant at = now();
        lookAtAgents(at);
        lookAtServices(at);
        List<Answers.RequestLine> changes = log.changes();
        if (!changes.isEmpty()) {
            List<Answers.RequestLine> told = changes.subList(0, Math.min(changes.size(), MOST_REQUESTS));
            publish("requests", new Answers.RequestChanges(at, told, changes.size() - told.size()));
        }
        Answers.Tally figures = Answers.Tally.of(mapper.tally());
        if (!figures.equals(tally)) {
            tally = figures;
            publish("tally", new Answers.TallyChange(at, figures));
        }
    }

    private void lookAtAgents(Instant at) {
        Map<String, Answers.Agent> seen = new LinkedHashMap<>();
        List<Answers.Agent> changed = new ArrayList<>();
        for (AgentView view : mapper.agents()) {
            Answers.@Nullable Agent before = agents.get(view.identity().name());
            Answers.Agent agent = Answers.Agent.of(view, heardAt(view, at, before));
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

    private static Instant heardAt(AgentView view, Instant at, Answers.@Nullable Agent before) {
        Instant heard = at.minus(view.silentFor()).truncatedTo(ChronoUnit.MILLIS);
        if (before == null) {
            return heard;
        }
        Duration apart = Duration.between(before.heardAt(), heard).abs();
        return apart.compareTo(JITTER) < 0 ? before.heardAt() : heard;
    }

    private void lookAtServices(Instant at) {
        SortedMap<String, Answers.ServiceLine> seen = new TreeMap<>();
        for (Map.Entry<Service, Integer> entry : mapper.services().entrySet()) {
            String path = entry.getKey().path();
            seen.put(path, new Answers.ServiceLine(path, entry.getValue()));
        }
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
                        Answers.Tally.of(mapper.tally()),
                        List.copyOf(agents.values()),
                        List.copyOf(services.values()),
                        log.newest(MOST_REQUESTS))));
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
