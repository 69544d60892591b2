package io.nanite.admin;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.http.servlet.JavalinServlet;
import io.nanite.core.ConfigException;
import io.nanite.core.Secret;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.loop.SingleThreadLoop;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Serializer;
import io.nanite.mapper.Mapper;
import jakarta.servlet.Servlet;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.URI;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.SslConnectionFactory;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Control Tower of a fabric: a JSON API, a live stream and a page over HTTP, as one mapper sees things. It belongs to a
 * mapper that somebody else started, and leaves it alone when it closes. Safe for use by many threads.
 */
public final class ControlTower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ControlTower.class);

    private static final int THREADS = 24;
    private static final int IDLE_MILLIS = 15_000;
    private static final int HEADER_BYTES = 8 * 1024;

    private final Javalin server;
    private final Door door;
    private final EventLoop loop;
    private final LiveFeed feed;
    private final Quarantine quarantine;
    private final History history;
    private final EventLoop sampling;
    private final @Nullable BrokerWatch broker;
    private final URI uri;
    private final boolean mounted;
    private final AtomicBoolean closed = new AtomicBoolean();

    private ControlTower(Builder builder, Mapper mapper) {
        ControlTowerConfig config = builder.config;
        mounted = builder.guard != null;
        loop = new SingleThreadLoop(
                mapper.identity().value() + "-tower", error -> LOG.error("a look at the fabric failed", error));
        SecureRandom random = new SecureRandom();
        AuditTrail audit = new AuditTrail();
        Sessions sessions = new Sessions(random, loop.time(), builder.users == null ? List::of : builder.users);
        door = new Door(random, builder.rules(), sessions, audit, loop.time());

        RequestLog log = new RequestLog(loop.time(), mapper::asked);
        ServiceBook book = new ServiceBook(loop.time());
        quarantine = new Quarantine(mapper, builder.store);
        Fleet fleet = new Fleet(mapper, quarantine);
        broker = builder.desk == null ? null : watch(builder, builder.desk, mapper);
        Views views = new Views(mapper, fleet, log, book, builder.ready, broker, builder.blocked, loop.time());
        List<String> features = new ArrayList<>(List.of("history", "instructions"));
        feed = new LiveFeed(mapper, fleet, views, log, loop.time());
        List<Route> rooms = new ArrayList<>(new LookRoutes(views).all());
        Body body = new Body(loop.time());
        RequestRoutes requests = new RequestRoutes(mapper, views, log, feed, body);
        AgentRoutes agents = new AgentRoutes(mapper, views, quarantine, body, loop.time());
        Map<String, Bulk.Action> bulk = new HashMap<>(requests.bulk());
        bulk.putAll(agents.bulk());
        rooms.addAll(requests.all());
        rooms.addAll(agents.all());
        history = new History(builder.store, loop.time().now());
        Sparklines sparklines = new Sparklines();
        sampling = new SingleThreadLoop(
                mapper.identity().value() + "-tower-history", error -> LOG.error("a second was not measured", error));
        Sampler sampler = new Sampler(
                mapper,
                book,
                history,
                sparklines,
                builder.ready,
                broker == null ? queue -> null : broker::ready,
                feed::tell,
                loop.time());
        rooms.addAll(new HistoryRoutes(history, sparklines, views).all());
        if (broker != null) {
            Letters letters = new Letters(builder.serializer);
            ParkingLot parking = new ParkingLot(broker, letters, mapper, feed, views);
            rooms.addAll(new BrokerRoutes(broker, parking, letters, mapper, log, views, body).all());
            bulk.putAll(parking.bulk());
            features.addAll(List.of("queues", "parking", "offline"));
        }
        rooms.addAll(
                new UserRoutes(builder.users, door, sessions, new LoginLimit(loop.time()), audit, views, body).all());
        if (builder.users != null) {
            features.add("users");
        }
        rooms.add(new Bulk(bulk, door, views, body).route());
        Api api = new Api(door, views, feed, builder.figures, builder.ready, features, builder.version, rooms);
        server = Javalin.create(settings -> configure(settings, builder, api));
        if (builder.guard == null) {
            start(config);
            uri = URI.create(
                    "%s://%s:%d/".formatted(builder.keys == null ? "http" : "https", host(config), server.port()));
        } else {
            uri = URI.create("/");
        }
        mapper.intercept(log);
        mapper.intercept(book);
        mapper.listen(quarantine);
        loop.every(Quarantine.LOOK, quarantine::look);
        if (broker != null) {
            broker.start();
        }
        sampling.every(Sampler.EVERY, sampler::sample);
        loop.every(LiveFeed.LOOK, feed::look);
        loop.every(LiveFeed.BEAT, feed::beat);
    }

    private static BrokerWatch watch(Builder builder, BrokerDesk desk, Mapper mapper) {
        EventLoop waits = new SingleThreadLoop(
                mapper.identity().value() + "-tower-broker", error -> LOG.error("a look at the broker failed", error));
        return new BrokerWatch(mapper, desk, waits, builder.ready, builder.blocked);
    }

    /** Starts one for this mapper. See {@link Builder#start}. */
    public static ControlTower start(ControlTowerConfig config, Mapper mapper) {
        return with(config).start(mapper);
    }

    /** A tower that is more than its configuration. */
    public static Builder with(ControlTowerConfig config) {
        return new Builder(config);
    }

    /** Collects what a tower is made of; everything but the configuration has a default. */
    public static final class Builder {

        private final ControlTowerConfig config;
        private @Nullable Supplier<String> figures;
        private BooleanSupplier ready = () -> true;
        private String version = "unknown";
        private TowerStore store = TowerStore.none();
        private @Nullable BrokerDesk desk;
        private Serializer serializer = Formats.json();
        private Supplier<@Nullable String> blocked = () -> null;
        private @Nullable Supplier<List<TowerUser>> users;
        private @Nullable KeyStore keys;
        private Secret keyPassword = new Secret("");
        private Set<String> hosts = Set.of();
        private @Nullable TowerGuard guard;

        private Builder(ControlTowerConfig config) {
            this.config = config;
        }

        /** What {@code /metrics} says, in the text format of Prometheus; without it there is no such page. Any thread. */
        public Builder figures(Supplier<String> newFigures) {
            figures = newFigures;
            return this;
        }

        /** Whether {@code /health/ready} says yes: that the mapper has its broker, say. Any thread; must not wait. */
        public Builder ready(BooleanSupplier newReady) {
            ready = newReady;
            return this;
        }

        /** What it says of which version it is. */
        public Builder version(String newVersion) {
            version = newVersion;
            return this;
        }

        /** Where it keeps what shall survive it; without one it forgets everything. */
        public Builder store(TowerStore newStore) {
            store = newStore;
            return this;
        }

        /** What looks at the broker, which the tower closes; without it nothing is said of queues and letters. */
        public Builder desk(BrokerDesk newDesk) {
            desk = newDesk;
            return this;
        }

        /** What reads letters: the one of the mapper. If nothing is said, it reads JSON and Smile. */
        public Builder serializer(Serializer newSerializer) {
            serializer = newSerializer;
            return this;
        }

        /** Why the broker takes nothing at the moment; null if it does. Any thread; must not wait. */
        public Builder blocked(Supplier<@Nullable String> newBlocked) {
            blocked = newBlocked;
            return this;
        }

        /** Who may log in, asked for at each request of one who has; without it only the link lets in. Any thread. */
        public Builder users(Supplier<List<TowerUser>> newUsers) {
            users = newUsers;
            return this;
        }

        /** Speaks TLS with this key and certificate. */
        public Builder tls(KeyStore newKeys, Secret password) {
            keys = newKeys;
            keyPassword = password;
            return this;
        }

        /** Further names that it answers to, with a port or without. */
        public Builder hosts(Set<String> newHosts) {
            hosts = Set.copyOf(newHosts);
            return this;
        }

        private Door.Rules rules() {
            boolean tls = keys != null;
            Set<String> names = new HashSet<>(hosts);
            if (!config.bind().isLoopbackAddress() && !config.bind().isAnyLocalAddress()) {
                names.add(host(config));
            }
            return new Door.Rules(config.readOnly(), users != null, tls, new Hosts(names, tls), guard);
        }

        /** Listens from now on. Throws {@link ConfigException} if it cannot, or others could reach it who should not. */
        public ControlTower start(Mapper mapper) {
            config.check(users != null, keys != null);
            return new ControlTower(this, mapper);
        }

        /**
         * One that does not listen: its {@link ControlTower#servlet} is given to a servlet container, which listens; and {@code
         * newGuard} says who may. Users, TLS, names and the port of this builder say nothing then.
         */
        public ControlTower mount(Mapper mapper, TowerGuard newGuard) {
            guard = newGuard;
            users = null;
            keys = null;
            return new ControlTower(this, mapper);
        }
    }

    private void start(ControlTowerConfig config) {
        try {
            server.start();
        } catch (RuntimeException e) {
            loop.close();
            sampling.close();
            LOG.debug("the tower cannot listen", e);
            throw ConfigException.of(
                    "http port",
                    config.port(),
                    "one that is free at " + config.bind().getHostAddress());
        }
    }

    private void configure(JavalinConfig settings, Builder builder, Api api) {
        settings.startup.showJavalinBanner = false;
        settings.startup.showOldJavalinVersionWarning = false;
        settings.startup.startupWatcherEnabled = false;
        settings.http.compressionStrategy = CompressionStrategy.NONE;
        settings.http.prefer405over404 = true;
        settings.http.maxRequestSize = Body.MOST_BYTES;
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 4);
        threads.setName("tower");
        threads.setDaemon(true);
        settings.jetty.threadPool = threads;
        settings.jetty.modifyHttpConfiguration(http -> {
            http.setSendServerVersion(false);
            http.setRequestHeaderSize(HEADER_BYTES);
        });
        settings.jetty.addConnector((server, http) -> connector(server, http, builder));
        settings.routes.before(door::before);
        settings.routes.after(door::after);
        settings.routes.exception(
                ProblemException.class, (e, http) -> api.pages().problem(http, e.status(), e.getMessage()));
        settings.routes.exception(
                HttpResponseException.class, (e, http) -> api.pages().problem(http, e.getStatus(), e.getMessage()));
        settings.routes.exception(Exception.class, ControlTower::failed);
        api.addTo(settings.routes);
    }

    private static ServerConnector connector(Server server, HttpConfiguration http, Builder builder) {
        ControlTowerConfig config = builder.config;
        HttpConnectionFactory plain = new HttpConnectionFactory(http);
        ServerConnector connector;
        if (builder.keys == null) {
            connector = new ServerConnector(server, 1, 1, plain);
        } else {
            SslContextFactory.Server tls = new SslContextFactory.Server();
            tls.setKeyStore(builder.keys);
            tls.setKeyStorePassword(builder.keyPassword.value());
            tls.setKeyManagerPassword(builder.keyPassword.value());
            tls.setIncludeProtocols("TLSv1.3", "TLSv1.2");
            connector = new ServerConnector(server, 1, 1, new SslConnectionFactory(tls, plain.getProtocol()), plain);
        }
        connector.setHost(config.bind().getHostAddress());
        connector.setPort(config.port());
        connector.setIdleTimeout(IDLE_MILLIS);
        return connector;
    }

    private static void failed(Exception error, Context http) {
        LOG.error("{} {} failed", http.method(), http.endpoint().path, error);
        Api.problem(http, 500, "something failed here; the log says what");
    }

    private static String host(ControlTowerConfig config) {
        InetAddress bind = config.bind();
        if (bind.isAnyLocalAddress()) {
            return "127.0.0.1";
        }
        String address = bind.getHostAddress();
        return bind instanceof Inet6Address ? "[%s]".formatted(bind.isLoopbackAddress() ? "::1" : address) : address;
    }

    /** Where it is, without the token. */
    public URI uri() {
        return uri;
    }

    /** The link that lets its owner in: for his eyes alone. */
    public URI link() {
        return uri.resolve("/?token=" + door.token().value());
    }

    /** What a container runs, where this was {@linkplain Builder#mount mounted}; asynchronous requests must be supported. */
    public Servlet servlet() {
        // Javalin's own would have the container be a Jetty that speaks WebSocket.
        return new MountedServlet(new JavalinServlet(server.unsafe));
    }

    /** How many follow the live stream. */
    int listening() {
        return feed.listening();
    }

    /** Listens no more, and ends all streams. Closing twice does nothing. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            loop.close();
            sampling.close();
            history.close();
            if (broker != null) {
                broker.close();
            }
            quarantine.close();
            feed.close();
            if (mounted) {
                return;
            }
            server.stop();
        }
    }
}
