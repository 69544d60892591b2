package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.nanite.core.transport.Address;
import io.nanite.testkit.broker.EveryBroker;
import io.nanite.testkit.broker.TestBroker;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a Control Tower sees of a broker, and takes out of it. */
class TowerBrokerTest {

    @EveryBroker
    void lettersAreShownSentAgainAndThrownAway(TestBroker broker) throws Exception {
        try (TowerWorld world = new TowerWorld(broker)) {
            world.send(new Address.Queue("nanite-fred"), "no packet", Map.of());
            world.send(
                    Address.DEAD_LETTER,
                    TowerWorld.work("Push", TowerWorld.token('a'), 5),
                    Map.of("x-reason", "Poisoned: 4 attempts", "x-source", "nanite-fred"));
            world.send(
                    Address.DEAD_LETTER,
                    TowerWorld.work("Request", TowerWorld.token('b'), 6),
                    Map.of("x-reason", "Poisoned: 7 attempts", "x-source", "nanite-fred"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> world.list("/parking", "letters").size() == 3);

            assertThat(world.list("/parking", "fingerprints"))
                    .as("numbers apart, two have one reason")
                    .extracting(each -> each.get("count"))
                    .containsExactly(2, 1);
            List<Map<String, Object>> letters = world.list("/parking?q=poisoned", "letters");
            assertThat(letters).extracting(each -> each.get("kind")).containsExactly("push", "request");
            assertThat(letters).extracting(each -> each.get("service")).containsOnly("/it/echo");
            String push = String.valueOf(letters.get(0).get("id"));
            String request = String.valueOf(letters.get(1).get("id"));
            assertThat(world.get("/parking/" + push)).containsEntry("payload", 5);

            assertThat(world.ask("POST", "/parking/%s/replay".formatted(push), null)
                            .statusCode())
                    .isEqualTo(202);
            assertThat(world.ask("POST", "/parking/%s/replay".formatted(request), Map.of("payload", 7))
                            .statusCode())
                    .isEqualTo(202);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> world.list("/parking", "letters").size() == 1);
            // A push has gone when the broker has it, and not only when it is done.
            await().atMost(Duration.ofSeconds(20))
                    .untilAsserted(() -> assertThat(world.it.got()).containsExactlyInAnyOrder(5, 7));

            Map<String, Object> unreadable = world.list("/parking", "letters").get(0);
            assertThat(unreadable).containsEntry("kind", "unreadable").containsEntry("source", "nanite-fred");
            assertThat(world.ask("POST", "/parking/%s/replay".formatted(unreadable.get("id")), null)
                            .statusCode())
                    .isEqualTo(409);
            HttpResponse<String> wrong = world.ask("DELETE", "/parking", Map.of("confirm", "purge 2 letters"));
            assertThat(wrong.statusCode()).as(wrong.body()).isEqualTo(409);
            assertThat(wrong.body()).contains("purge 1 letter");
            assertThat(world.ask("DELETE", "/parking", Map.of("confirm", "purge 1 letter"))
                            .statusCode())
                    .isEqualTo(200);
            assertThat(world.get("/parking")).containsEntry("total", 0);
            assertThat(world.ask("DELETE", "/parking/" + push, null).statusCode())
                    .isEqualTo(404);
        }
    }

    @EveryBroker
    void aLetterWhoseReplayNobodyTakesStaysParked(TestBroker broker) throws Exception {
        try (TowerWorld world = new TowerWorld(broker)) {
            world.send(
                    Address.DEAD_LETTER,
                    TowerWorld.work("Push", TowerWorld.token('c'), 1).replace("/it/echo", "/no/such"),
                    Map.of("x-reason", "x", "x-source", "y"));
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> world.list("/parking", "letters").size() == 1);
            Object id = world.list("/parking", "letters").get(0).get("id");

            HttpResponse<String> answer = world.ask("POST", "/parking/%s/replay".formatted(id), null);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(409);
            assertThat(world.get("/parking")).containsEntry("total", 1);
            assertThat(world.ask("POST", "/parking/%s/replay".formatted(id), Map.of("service", "/it/echo"))
                            .statusCode())
                    .isEqualTo(202);
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> Integer.valueOf(0).equals(world.get("/parking").get("total")));
        }
    }

    @EveryBroker
    void whatWaitsForSomebodyIsShownAndCanBeTakenOut(TestBroker broker) throws Exception {
        try (TowerWorld world = new TowerWorld(broker)) {
            HttpResponse<String> sent = world.ask(
                    "POST",
                    "/requests",
                    Map.of("service", "/no/such", "payload", 1, "offline", true, "timeoutMillis", 600_000));
            Object token = Json.object(sent.body()).get("token");
            await().atMost(Duration.ofSeconds(20))
                    .until(() -> world.list("/offline", "waiting").size() == 1);

            Map<String, Object> waiting = world.list("/offline", "waiting").get(0);
            assertThat(waiting).containsEntry("token", token).containsEntry("service", "/no/such");
            assertThat(String.valueOf(waiting.get("deadline"))).matches("\\d{4}-.*Z");
            assertThat(world.ask("DELETE", "/offline/" + token, null).statusCode())
                    .isEqualTo(200);
            assertThat(world.get("/offline")).containsEntry("total", 0);
            assertThat(world.ask("DELETE", "/offline/" + TowerWorld.token('d'), null)
                            .statusCode())
                    .isEqualTo(404);
        }
    }

    @EveryBroker
    void queuesHaveRolesAndWhatLiesInThemIsJudged(TestBroker broker) throws Exception {
        try (TowerWorld world = new TowerWorld(broker)) {
            world.send(Address.DEAD_LETTER, "x", Map.of("x-reason", "x", "x-source", "y"));
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> String.valueOf(world.get("/verdict").get("findings"))
                            .contains("1 letter is parked"));

            List<Map<String, Object>> queues = world.list("/queues", "queues");
            assertThat(queues)
                    .filteredOn(queue -> "dead-letter".equals(queue.get("name")))
                    .singleElement()
                    .satisfies(queue -> assertThat(queue)
                            .containsEntry("role", "parking")
                            .containsEntry("ready", 1)
                            .containsEntry("idle", false));
            assertThat(queues)
                    .filteredOn(queue -> "nanite-fred".equals(queue.get("name")))
                    .singleElement()
                    .satisfies(queue -> assertThat(queue).containsEntry("role", "work"));
            assertThat(world.list("/queues", "drift")).isEmpty();
        }
    }

    @EveryBroker(own = true)
    void aBrokerThatGoesAndComesIsLostAndFoundAgain(TestBroker broker) throws Exception {
        try (TowerWorld world = new TowerWorld(broker)) {
            broker.stop();
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> String.valueOf(world.get("/verdict").get("sentence"))
                            .startsWith("The broker cannot be reached"));
            broker.start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> !String.valueOf(world.get("/verdict").get("sentence"))
                                    .contains("broker")
                            && Integer.valueOf(0).equals(world.get("/parking").get("total")));
        }
    }
}
