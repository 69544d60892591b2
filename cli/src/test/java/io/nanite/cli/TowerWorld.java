package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.admin.BrokerDesk;
import io.nanite.admin.ControlTower;
import io.nanite.admin.ControlTowerConfig;
import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.Bytes;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.TransportListener;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.testkit.broker.TestBroker;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A fabric at a broker, with a tower that looks at both, and what asks it. Of the test's thread. */
final class TowerWorld implements AutoCloseable {

    /** What does as it is told, and remembers it. */
    @Actor("it")
    static final class It {

        private final List<Object> got = new CopyOnWriteArrayList<>();

        @Expose
        public Object echo(Object payload) {
            got.add(payload);
            return payload;
        }

        List<Object> got() {
            return got;
        }
    }

    final It it = new It();
    private final RabbitConfig where;
    private final RabbitTransport transport;
    final Mapper mapper;
    private final Agent agent;
    final ControlTower tower;
    private final RabbitTransport other;
    private final HttpClient http = HttpClient.newHttpClient();

    TowerWorld(TestBroker broker) throws InterruptedException {
        this(broker, AdminCommand::desk);
    }

    /** With somebody else at the desk. */
    TowerWorld(TestBroker broker, Function<RabbitConfig, BrokerDesk> desk) throws InterruptedException {
        where = RabbitConfig.of(broker.uri()).withName("tower");
        transport = new RabbitTransport(where);
        mapper = Mapper.start(MapperConfig.named("m"), transport);
        agent = Agent.start(
                AgentConfig.named("fred"),
                new RabbitTransport(RabbitConfig.of(broker.uri("nanite")).withName("fred")),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        actor(it);
                    }
                });
        tower = ControlTower.with(ControlTowerConfig.DEFAULT.withPort(0))
                .ready(transport::isConnected)
                .desk(desk.apply(where))
                .start(mapper);
        other = new RabbitTransport(where.withName("other"));
        other.start(new TransportListener() {});
        assertThat(mapper.awaitService("/it/echo", 1, Duration.ofSeconds(20))).isTrue();
    }

    void send(Address to, String body, Map<String, String> headers) throws Exception {
        other.publish(new Parcel(to, Bytes.of(body), "application/json", null, true, false, headers))
                .get(10, TimeUnit.SECONDS);
    }

    HttpResponse<String> ask(String method, String path, @Nullable Object body) throws Exception {
        URI link = tower.link();
        HttpRequest request = HttpRequest.newBuilder(link.resolve("/api/v1" + path))
                .timeout(Duration.ofSeconds(30))
                .header("Authorization", "Bearer " + link.getQuery().substring("token=".length()))
                .header("Content-Type", "application/json")
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(Json.line(body)))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    Map<String, @Nullable Object> get(String path) throws Exception {
        HttpResponse<String> answer = ask("GET", path, null);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Json.object(answer.body());
    }

    @SuppressWarnings("unchecked") // lists of objects, as the document says
    List<Map<String, Object>> list(String path, String key) throws Exception {
        Object list = Objects.requireNonNull(get(path).get(key), key);
        assertThat(list).isInstanceOf(List.class);
        return (List<Map<String, Object>>) list;
    }

    /** The agent goes, with a word. */
    void leave() {
        agent.close();
    }

    @Override
    public void close() {
        other.close();
        tower.close();
        agent.close();
        mapper.close();
    }

    /** A packet as it lies in a queue. */
    static String work(String kind, String token, int payload) {
        return """
                {"json_class":"Nanite::%s","data":{"type":"/it/echo","payload":%d,"from":"mapper-m","token":"%s",\
                "reply_to":"mapper-m","selector":"least_loaded","target":"nanite-fred","persistent":true,"tags":[]}}""".formatted(kind, payload, token);
    }

    static String token(char digit) {
        return String.valueOf(digit).repeat(32);
    }
}
