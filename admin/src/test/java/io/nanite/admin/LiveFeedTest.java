package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The live stream: in order, without gaps and doubles, and never held up by who does not read. */
class LiveFeedTest {

    @Actor("it")
    static final class It {

        @Expose
        public Object echo(Object payload) {
            return payload;
        }
    }

    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"));
    private final TestTower tower = TestTower.of(mapper);
    private final List<Agent> agents = new ArrayList<>();

    @AfterEach
    void close() {
        tower.close();
        agents.forEach(Agent::close);
        mapper.close();
    }

    private Agent agent(String name) {
        Agent agent = Agent.start(AgentConfig.named(name), broker.transport(name), new AgentModule() {
            @Override
            protected void configure() {
                actor(new It());
            }
        });
        agents.add(agent);
        return agent;
    }

    private static boolean tells(EventReader.Event event, String type, String what) {
        return event.type().equals(type) && event.data().toString().contains(what);
    }

    @Test
    void itBeginsWithEverythingAndTellsWhoComesAndGoes() throws Exception {
        try (EventReader events = tower.events("/api/v1/events")) {
            EventReader.Event first = events.next();
            assertThat(first.type()).isEqualTo("snapshot");
            assertThat(first.data().get("agents").size()).isZero();

            Agent fred = agent("fred");
            events.await(event -> tells(event, "agents", "\"name\":\"fred\""));
            events.await(event -> tells(event, "services", "\"path\":\"/it/echo\",\"agents\":1"));
            tower.send(Map.of("service", "/it/echo"));
            events.await(event -> tells(event, "requests", "\"state\":\"ok\""));
            fred.close();
            events.await(event -> tells(event, "agents", "\"state\":\"gone\""));
        }
    }

    @Test
    void idsGrowByOne() throws Exception {
        try (EventReader events = tower.events("/api/v1/events")) {
            String boot = "";
            long last = -1;
            for (int i = 0; i < 6; i++) {
                EventReader.Event event = events.next();
                long number = Long.parseLong(event.id().substring(event.id().indexOf('-') + 1));
                if (last >= 0) {
                    assertThat(number).isEqualTo(last + 1);
                    assertThat(event.id()).startsWith(boot);
                }
                boot = event.id().substring(0, event.id().indexOf('-') + 1);
                last = number;
                agent("a" + i);
            }
        }
    }

    @Test
    void whoComesBackGetsWhatHeMissedAndNothingTwice() throws Exception {
        String last;
        Set<String> seen = new HashSet<>();
        try (EventReader events = tower.events("/api/v1/events")) {
            agent("fred");
            EventReader.Event event = events.await(each -> {
                seen.add(each.id());
                return tells(each, "agents", "\"name\":\"fred\"");
            });
            last = event.id();
        }
        agent("mary");
        assertThat(mapper.awaitService("/it/echo", 2, Duration.ofSeconds(10))).isTrue();

        try (EventReader events = tower.events("/api/v1/events", last)) {
            EventReader.Event mary = events.await(each -> {
                assertThat(seen.add(each.id())).as("told before: " + each).isTrue();
                assertThat(each.type()).isNotEqualTo("snapshot");
                return tells(each, "agents", "\"name\":\"mary\"");
            });
            assertThat(mary.id()).isNotEqualTo(last);
        }
    }

    @Test
    void whoWasAwayTooLongOrElsewhereGetsEverythingAgain() throws Exception {
        String known;
        try (EventReader events = tower.events("/api/v1/events")) {
            known = events.next().id();
        }
        String boot = known.substring(0, known.indexOf('-'));

        for (String id : List.of("x", "", "abc-1", boot + "-999999", boot + "--1", boot + "-" + "9".repeat(40))) {
            try (EventReader events = tower.events("/api/v1/events", id)) {
                assertThat(events.next().type()).as(id).isEqualTo("snapshot");
            }
        }
    }

    @Test
    void aTopicForgetsTheOldestAndSaysSoWithASnapshot() {
        Topic topic = new Topic("t", 3, 1 << 20);
        for (int i = 1; i <= 5; i++) {
            topic.publish("n", Integer.toString(i));
        }

        assertThat(told(topic, "t-2")).containsExactly("3", "4", "5");
        assertThat(told(topic, "t-4")).containsExactly("5");
        assertThat(told(topic, "t-5")).isEmpty();
        assertThat(told(topic, "t-1")).containsExactly("all");
        assertThat(told(topic, "t-6")).containsExactly("all");
        Topic small = new Topic("t", 100, 60);
        for (int i = 1; i <= 5; i++) {
            small.publish("n", "x".repeat(20));
        }
        assertThat(told(small, "t-4")).hasSize(1);
        assertThat(told(small, "t-3")).containsExactly("all");
    }

    private static List<String> told(Topic topic, String lastId) {
        List<String> told = new ArrayList<>();
        topic.subscribe(
                new Topic.Subscriber() {
                    @Override
                    public void offer(byte[] event) {
                        String text = new String(event, StandardCharsets.UTF_8);
                        told.add(text.substring(text.indexOf("data: ") + 6).strip());
                    }

                    @Override
                    public void finish() {}

                    @Override
                    public boolean isClosed() {
                        return false;
                    }
                },
                lastId,
                () -> "all");
        return told;
    }

    @Test
    void whoDoesNotReadIsCutOffAndHoldsUpNobody() throws Exception {
        agent("fred");
        assertThat(mapper.awaitService("/it/echo", 1, Duration.ofSeconds(10))).isTrue();
        try (Socket slow = slow();
                EventReader events = tower.events("/api/v1/events")) {
            slow.getInputStream().read(); // it is being answered
            String name = "x".repeat(200);
            int rounds = 0;
            while (tower.tower.listening() > 1 && rounds < 400) {
                for (int i = 0; i < 200; i++) {
                    mapper.request("/no/such" + name + "/" + i, null);
                }
                rounds++;
                events.await(event -> event.type().equals("requests"));
            }
            assertThat(tower.tower.listening()).isEqualTo(1);
            tower.send(Map.of("service", "/it/echo"));
            events.await(event -> tells(event, "requests", "\"service\":\"/it/echo\""));
        }
    }

    private Socket slow() throws IOException {
        Socket slow = new Socket();
        slow.setReceiveBufferSize(4096);
        slow.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), tower.port()));
        slow.getOutputStream()
                .write("GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n\r\n"
                        .formatted(tower.port(), tower.token)
                        .getBytes(StandardCharsets.US_ASCII));
        return slow;
    }

    @Test
    void streamsEndWithTheTower() throws Exception {
        try (EventReader events = tower.events("/api/v1/events")) {
            events.next();
            tower.close();

            assertThat(events.rest()).allMatch(event -> !event.type().equals("snapshot"));
        }
        agent("fred");
        assertThat(mapper.awaitService("/it/echo", 1, Duration.ofSeconds(10)))
                .as("the mapper goes on without its tower")
                .isTrue();
    }
}
