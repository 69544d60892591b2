package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import io.nanite.core.loop.TimeSource;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualTime;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.InetAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** People with names, passwords and roles. */
class UsersTest {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static TowerUser user(String name, Role role) {
        return TowerUser.of(name, role, ("secret of " + name).toCharArray(), RANDOM, 10);
    }

    private static final List<TowerUser> USERS =
            List.of(user("vera", Role.VIEWER), user("otto", Role.OPERATOR), user("anna", Role.ADMIN));

    private final AtomicReference<List<TowerUser>> users = new AtomicReference<>(USERS);
    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final Mapper mapper = Mapper.start(MapperConfig.named("m"), broker.transport("m"));
    private final TestTower tower =
            TestTower.of(ControlTower.with(TestTower.config()).users(users::get), mapper);

    /** What somebody who has logged in sends. */
    private record Login(String cookie, String csrf) {}

    @AfterEach
    void close() {
        tower.close();
        mapper.close();
    }

    private HttpRequest.Builder attempt(String user, String password) {
        return tower.to("/api/v1/login")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        TestTower.JSON.writeValueAsString(Map.of("user", user, "password", password))));
    }

    private Login login(String user) throws Exception {
        HttpResponse<String> answer = tower.ask(attempt(user, "secret of " + user));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        String given = answer.headers().firstValue("Set-Cookie").orElseThrow();
        assertThat(given).contains("; HttpOnly", "; SameSite=Strict", "; Path=/");
        String cookie = given.substring(0, given.indexOf(';'));
        HttpResponse<String> session = tower.ask(tower.to("/api/v1/session").header("Cookie", cookie));
        JsonNode said = TestTower.JSON.readTree(session.body());
        assertThat(said.get("user").asString()).isEqualTo(user);
        assertThat(said.get("features").toString()).contains("\"users\"");
        return new Login(cookie, said.get("csrf").asString());
    }

    private HttpResponse<String> as(Login login, String method, String path) throws Exception {
        return tower.ask(tower.to(path)
                .header("Cookie", login.cookie())
                .header("X-CSRF-Token", login.csrf())
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString("{}")));
    }

    @Test
    void whoeverKnowsHisPasswordIsLetInAsWhatHeIsAndOutAgain() throws Exception {
        Login vera = login("vera");
        assertThat(as(vera, "POST", "/api/v1/logout").statusCode()).isEqualTo(204);
        assertThat(tower.ask(tower.to("/api/v1/agents").header("Cookie", vera.cookie()))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void theTokenOfOneSessionIsNotThatOfAnother() throws Exception {
        Login otto = login("otto");
        Login anna = login("anna");

        assertThat(as(new Login(anna.cookie(), otto.csrf()), "POST", "/api/v1/requests")
                        .statusCode())
                .isEqualTo(403);
        assertThat(as(new Login(anna.cookie(), anna.csrf()), "POST", "/api/v1/requests")
                        .statusCode())
                .isEqualTo(400);
    }

    @Test
    void wrongPasswordsAreRefusedAndSoonHaveToWait() throws Exception {
        assertThat(tower.ask(attempt("vera", "wrong")).statusCode()).isEqualTo(401);
        assertThat(tower.ask(attempt("nobody", "secret of nobody")).statusCode())
                .isEqualTo(401);
        for (int i = 0; i < 5; i++) {
            tower.ask(attempt("vera", "wrong " + i));
        }

        HttpResponse<String> limited = tower.ask(attempt("vera", "secret of vera"));
        assertThat(limited.statusCode()).isEqualTo(429);
        assertThat(limited.headers().firstValue("Retry-After").orElseThrow()).matches("[1-9][0-9]*");
        assertThat(limited.body()).doesNotContain("secret");
    }

    @Test
    void guessersWaitLongerEachTimeAndOthersDoNot() {
        ManualTime time = new ManualTime();
        LoginLimit limit = new LoginLimit(time);
        for (int i = 0; i < 5; i++) {
            assertThat(limit.pause("vera")).isZero();
            limit.failed("vera");
        }
        assertThat(limit.pause("vera")).isEqualTo(Duration.ofSeconds(1));
        limit.failed("vera");
        assertThat(limit.pause("vera")).isEqualTo(Duration.ofSeconds(2));
        for (int i = 0; i < 40; i++) {
            limit.failed("vera");
        }
        assertThat(limit.pause("vera")).isEqualTo(Duration.ofMinutes(5));
        assertThat(limit.pause("otto")).isZero();
        limit.succeeded("vera");
        assertThat(limit.pause("vera")).isZero();
    }

    @Test
    void aSessionEndsWhenItIsIdleAndInAnyCase() {
        ManualTime time = new ManualTime();
        Sessions sessions = new Sessions(RANDOM, time, () -> USERS);
        String key = sessions.begin(USERS.get(0)).value();
        time.advance(Duration.ofMinutes(29));
        assertThat(sessions.find(key)).isPresent();
        time.advance(Duration.ofMinutes(31));
        assertThat(sessions.find(key)).isEmpty();

        String busy = sessions.begin(USERS.get(0)).value();
        for (int i = 0; i < 36; i++) {
            time.advance(Duration.ofMinutes(20));
            assertThat(sessions.find(busy)).isPresent();
        }
        time.advance(Duration.ofMinutes(1));
        assertThat(sessions.find(busy)).isEmpty();
        assertThat(sessions.find("x")).isEmpty();
        assertThat(sessions.find(null)).isEmpty();
    }

    @Test
    void whoIsNoMoreAsHeWasLosesHisSessionAtTheNextRequest() throws Exception {
        Login vera = login("vera");
        Login otto = login("otto");
        Login anna = login("anna");
        users.set(List.of(
                USERS.get(0), new TowerUser("otto", Role.VIEWER, USERS.get(1).hash())));

        assertThat(as(vera, "POST", "/api/v1/requests").statusCode()).isEqualTo(403); // as before: he may not
        assertThat(as(otto, "POST", "/api/v1/requests").statusCode()).isEqualTo(401);
        assertThat(as(anna, "POST", "/api/v1/requests").statusCode()).isEqualTo(401);

        users.set(USERS);
        assertThat(as(anna, "POST", "/api/v1/requests").statusCode()).isEqualTo(401);

        users.set(List.of(user("vera", Role.VIEWER))); // a new password, or the old one again with a new salt
        assertThat(as(vera, "POST", "/api/v1/requests").statusCode()).isEqualTo(401);
    }

    @Test
    void aStreamEndsWithTheSessionThatItWasOpenedIn() throws Exception {
        try (EventReader veras = events(login("vera"));
                EventReader ottos = events(login("otto"))) {
            veras.next();
            ottos.next();

            users.set(List.of(USERS.get(1)));

            assertThatThrownBy(() -> veras.await(event -> false)).hasMessage("the stream has ended");
            ottos.next();
        }
    }

    private EventReader events(Login login) throws Exception {
        return tower.events(tower.to("/api/v1/events").header("Cookie", login.cookie()));
    }

    @Test
    void ofTooManySessionsTheOneThatWasIdleForLongestEnds() {
        Sessions sessions = new Sessions(RANDOM, TimeSource.system(), () -> USERS);
        String first = sessions.begin(USERS.get(0)).value();
        String second = sessions.begin(USERS.get(0)).value();
        assertThat(sessions.find(first)).isPresent();
        for (int i = 0; i < Sessions.MOST - 1; i++) {
            sessions.begin(USERS.get(1));
        }

        assertThat(sessions.size()).isEqualTo(Sessions.MOST);
        assertThat(sessions.find(first)).isPresent();
        assertThat(sessions.find(second)).isEmpty();
    }

    @Test
    void eachRoleMayDoWhatTheDocumentSaysAndNothingElse() throws Exception {
        Map<Role, Login> logins = new EnumMap<>(Role.class);
        logins.put(Role.VIEWER, login("vera"));
        logins.put(Role.OPERATOR, login("otto"));
        logins.put(Role.ADMIN, login("anna"));
        Set<String> seen = new TreeSet<>();
        JsonNode document = tower.json("/api/v1/openapi.json");
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                String id = operation.getValue().get("operationId").asString();
                if (Set.of("login", "logout", "events", "answers").contains(id)) {
                    continue; // each of them is in a test of its own
                }
                Role needed = Role.valueOf(
                        operation.getValue().get("x-role").asString().toUpperCase(Locale.ROOT));
                String url = path.getKey()
                        .replace("{name}", "nobody")
                        .replace("{path}", "no/such")
                        .replace("{token}", "nosuchtoken")
                        .replace("{id}", "none");
                for (Map.Entry<Role, Login> login : logins.entrySet()) {
                    HttpResponse<String> answer =
                            as(login.getValue(), operation.getKey().toUpperCase(Locale.ROOT), url);
                    String what = "%s %s as %s: %s".formatted(operation.getKey(), url, login.getKey(), answer.body());
                    if (login.getKey().allows(needed)) {
                        assertThat(answer.statusCode()).as(what).isNotIn(401, 403);
                    } else {
                        assertThat(answer.statusCode()).as(what).isEqualTo(403);
                    }
                }
                seen.add(id + " " + needed);
            }
        }
        assertThat(seen)
                .contains("audit ADMIN", "send OPERATOR", "agents VIEWER", "quarantine ADMIN", "log-level ADMIN")
                .hasSizeGreaterThan(25);
    }

    @Test
    void whatManyAreDoneToNeedsTheRoleThatOneNeeds() throws Exception {
        Login otto = login("otto");
        HttpRequest.Builder order = tower.to("/api/v1/bulk")
                .header("Cookie", otto.cookie())
                .header("X-CSRF-Token", otto.csrf())
                .header("Content-Type", "application/json");

        assertThat(tower.ask(order.copy().POST(BodyPublishers.ofString("{\"action\":\"quarantine\",\"dryRun\":true}")))
                        .statusCode())
                .isEqualTo(403);
        assertThat(tower.ask(order.copy().POST(BodyPublishers.ofString("{\"action\":\"drain\",\"dryRun\":true}")))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void getsChangeNothing() throws Exception {
        Login anna = login("anna");
        JsonNode document = tower.json("/api/v1/openapi.json");
        for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
            for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                if (operation.getKey().equals("get") || path.getValue().has("get")) {
                    continue;
                }
                String url = path.getKey().replaceAll("\\{[a-z]+}", "x");
                assertThat(tower.ask(tower.to(url).header("Cookie", anna.cookie()))
                                .statusCode())
                        .as(url)
                        .isIn(404, 405);
            }
        }
        assertThat(mapper.tally().accepted() + mapper.tally().rejected()).isZero();
    }

    @Test
    void whoChangedWhatIsKeptForThoseWhoMaySeeIt() throws Exception {
        Login otto = login("otto");
        tower.ask(attempt("vera", "wrong"));
        as(otto, "POST", "/api/v1/agents/nobody/drain");

        JsonNode lines = tower.json("/api/v1/audit?limit=10").get("lines");
        assertThat(lines.get(0).get("user").asString()).isEqualTo("otto");
        assertThat(lines.get(0).get("path").asString()).isEqualTo("/api/v1/agents/nobody/drain");
        assertThat(lines.get(0).get("what").asString()).isEqualTo("nobody");
        assertThat(lines.get(0).get("status").asInt()).isEqualTo(404);
        assertThat(lines.get(1).get("status").asInt()).isEqualTo(401);
        assertThat(lines.toString()).doesNotContain("secret", "wrong");
    }

    @Test
    void whoWantsToSeeAPageIsShownWhereToLogIn() throws Exception {
        HttpResponse<String> answer = tower.ask(tower.to("/agents").header("Accept", "text/html,*/*"));
        assertThat(answer.statusCode()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location").orElseThrow()).endsWith("/login");
        assertThat(tower.ask(tower.to("/api/v1/agents")).statusCode()).isEqualTo(401);
        assertThat(tower.ask(tower.to(new Assets().path("tower.css"))).statusCode())
                .isEqualTo(200);
        assertThat(tower.ask(attempt("vera", "secret of vera").header("Origin", "http://evil.example"))
                        .statusCode())
                .isEqualTo(403);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "vera",
                "vera:viewer",
                "vera:king:x",
                "ve ra:viewer:$2y$10$abcdefghijklmnopqrstuuAAAAZ1zEH3NAdAyJEZoyFuGokHzZw3REB",
                "vera:viewer:secret",
                "vera:viewer:$2y$09$abcdefghijklmnopqrstuuAAAAZ1zEH3NAdAyJEZoyFuGokHzZw3REB",
                "vera:viewer:$2y$15$abcdefghijklmnopqrstuuAAAAZ1zEH3NAdAyJEZoyFuGokHzZw3REB",
                "vera:viewer:$2x$10$abcdefghijklmnopqrstuuAAAAZ1zEH3NAdAyJEZoyFuGokHzZw3REB",
                "vera:viewer:$2y$10$abcdefghijklmnopqrstuuAAAA",
                "vera:viewer:$apr1$AAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA"
            })
    void aLineThatIsNoUserIsRefusedAndItsHashIsNotSaid(String line) {
        assertThatThrownBy(() -> TowerUser.parse(line))
                .isInstanceOf(ConfigException.class)
                .hasMessageNotContaining("AAAA");
    }

    @Test
    void aUserIsReadAsHeWasWritten() {
        TowerUser vera = TowerUser.of("vera", Role.VIEWER, "secret of vera".toCharArray(), RANDOM);
        TowerUser read = TowerUser.parse(vera.line());
        assertThat(read).isEqualTo(vera);
        assertThat(read.hash()).startsWith("$2y$12$");
        assertThat(isPasswordOf(read, "secret of vera")).isTrue();
        assertThat(isPasswordOf(read, "secret of Vera")).isFalse();
        assertThat(isPasswordOf(read, "\ud800")).isFalse();
        assertThat(vera.toString()).isEqualTo("vera (viewer)");
    }

    private static boolean isPasswordOf(TowerUser user, String password) {
        return TowerUser.matches(Optional.of(user), password, user.cost());
    }

    /** Made by another bcrypt than ours, that of a C library. */
    @ParameterizedTest
    @CsvSource({
        "secret of vera, $2y$10$abcdefghijklmnopqrstuuH1zEH3NAdAyJEZoyFuGokHzZw3REBQ.",
        "pässwörd, $2b$12$abcdefghijklmnopqrstuuFQ4qz5T6c7V5dbv.2BRCmK7xCEgQ.wm",
        "x, $2a$10$abcdefghijklmnopqrstuu4T826PRnz0Hu6YlprUuxkZxOOj5Fw5S"
    })
    void hashesThatOtherProgramsMadeLetInAsWell(String password, String hash) {
        TowerUser vera = TowerUser.parse("vera:viewer:" + hash);
        assertThat(isPasswordOf(vera, password)).isTrue();
        assertThat(isPasswordOf(vera, password + "x")).isFalse();
    }

    @Test
    void aPasswordIsNeitherShortNorCut() {
        assertThatThrownBy(() -> TowerUser.of("a", Role.ADMIN, "short".toCharArray(), RANDOM))
                .hasMessage("password: 5 characters (expected: at least 8)");
        assertThatThrownBy(() -> TowerUser.of("a", Role.ADMIN, "ä".repeat(37).toCharArray(), RANDOM))
                .hasMessage("password: 74 bytes (expected: at most 72, since bcrypt looks at no more)");
        TowerUser longest = TowerUser.of("a", Role.ADMIN, "ä".repeat(36).toCharArray(), RANDOM, 10);
        assertThat(isPasswordOf(longest, "ä".repeat(36))).isTrue();
        assertThat(isPasswordOf(longest, "ä".repeat(36) + "x")).isFalse();
        assertThat(isPasswordOf(longest, "x".repeat(100_000))).isFalse();
    }

    @Test
    void howLongAPasswordTakesTellsNothingOfWhoIsThere() {
        int most = 13;
        TowerUser cheap = USERS.get(0);
        spent(Optional.of(cheap), most); // until it is compiled
        long known = spent(Optional.of(cheap), most);
        long unknown = spent(Optional.empty(), most);
        assertThat((double) known / unknown).isBetween(0.5, 2.0);
        assertThat((double) spent(Optional.of(cheap), cheap.cost()) / unknown).isLessThan(0.5);
    }

    /** In nanoseconds of this thread on a processor: what others do beside it does not count. */
    private static long spent(Optional<TowerUser> user, int cost) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadCpuTime();
        assertThat(TowerUser.matches(user, "a wrong one", cost)).isFalse();
        return threads.getCurrentThreadCpuTime() - before;
    }

    @Test
    void usersAloneAreNotEnoughToBeReachedByOthers() throws Exception {
        InetAddress other = InetAddress.getByName("0.0.0.0");
        assertThatThrownBy(() -> ControlTower.with(TestTower.config().withBind(other))
                        .users(() -> USERS)
                        .start(mapper))
                .hasMessageContaining("no TLS keys");
    }
}
