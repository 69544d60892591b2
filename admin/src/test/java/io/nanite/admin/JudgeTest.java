package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.mapper.AgentView;
import io.nanite.mapper.Departure;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is said of a fabric, from what is known of it. */
class JudgeTest {

    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private final List<Fleet.Member> agents = new ArrayList<>();
    private final Map<String, SlidingCounts.Window> services = new TreeMap<>();
    private final List<String> alarms = new ArrayList<>();
    private final Map<String, Long> unread = new TreeMap<>();
    private boolean connected = true;
    private @Nullable Integer parked;
    private @Nullable Integer waiting;

    @Test
    void packetsThatWereRefusedUnreadAreNamedWithTheirReasons() {
        unread.put("identity", 2L);
        unread.put("replay", 1L);

        assertThat(judged().findings())
                .extracting(Answers.Finding::sentence)
                .contains("3 packets were refused unread in the last ten minutes: identity 2, replay 1");
    }

    private Answers.Judgement judged() {
        return Judge.judge(new FabricState(NOW, connected, alarms, agents, unread, services, parked, waiting));
    }

    private static AgentView view(String name, int inFlight) {
        return new AgentView(
                Identity.agent(name),
                Set.of(Service.parse("/it/echo")),
                Set.of(),
                Status.of(0.5),
                Vitals.UNKNOWN,
                Duration.ofSeconds(20),
                inFlight,
                false);
    }

    private void agent(String name, String state) {
        agents.add(new Fleet.Member(view(name, 0), line(name, state), null));
    }

    private static Answers.Agent line(String name, String state) {
        return new Answers.Agent(name, state, 0.5, 1, 0, 0, List.of(), 1, NOW.minusSeconds(20), null, null, null);
    }

    private void dead(String name, int open, int moved, int secondsAgo) {
        Departure departure = new Departure(view(name, open), NOW.minusSeconds(secondsAgo), false, false, moved);
        agents.add(new Fleet.Member(departure.agent(), line(name, "dead"), departure));
    }

    private void service(String path, int requests, int errors) {
        services.put(path, new SlidingCounts.Window(requests, errors, new LatencyCounts()));
    }

    private Answers.Finding only() {
        assertThat(judged().findings()).hasSize(1);
        return judged().findings().get(0);
    }

    @Test
    void whatIsWellIsSaidInOneSentence() {
        agent("fred", "ready");
        agent("mary", "ready");
        service("/it/echo", 100, 2);
        parked = 0;
        waiting = 0;

        assertThat(judged().level()).isEqualTo("ok");
        assertThat(judged().sentence()).isEqualTo("2 agents are here, and all of them answer.");
        assertThat(judged().findings()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "3 | 3 | fred went away without a word 12 s ago; its 3 requests were given to others",
                "1 | 1 | fred went away without a word 12 s ago; its 1 request was given to others",
                "0 | 0 | fred went away without a word 12 s ago; it had no requests of this mapper to do",
                "2 | 0 | fred went away without a word 12 s ago; its 2 requests wait for somebody who can do them",
                "5 | 2 | fred went away without a word 12 s ago; 2 of its 5 requests were given to others, the rest wait"
            })
    void whoDiedIsNamedWithWhatBecameOfItsWork(int open, int moved, String sentence) {
        agent("mary", "ready");
        dead("fred", open, moved, 12);

        assertThat(judged().level()).isEqualTo("bad");
        assertThat(judged().sentence()).isEqualTo(sentence + ".");
        assertThat(only().subject()).isEqualTo(new Answers.Subject("agent", "fred"));
        assertThat(only().action().href()).isEqualTo("/requests?agent=fred");
        assertThat(only().cause()).isNotEmpty();
    }

    @Test
    void whoSaidGoodbyeOrRestsIsNoFinding() {
        agent("mary", "ready");
        Departure gone = new Departure(view("fred", 0), NOW, true, false, 0);
        agents.add(new Fleet.Member(gone.agent(), line("fred", "gone"), gone));
        Departure drained = new Departure(view("bob", 0), NOW, true, true, 0);
        agents.add(new Fleet.Member(drained.agent(), line("bob", "draining"), drained));
        agent("eve", "quarantined");

        assertThat(judged().level()).isEqualTo("ok");
    }

    @Test
    void whoIsSilentIsAWarning() {
        agent("fred", "suspect");

        assertThat(only().level()).isEqualTo("warn");
        assertThat(only().sentence()).isEqualTo("fred has been silent for 20 s and gets no new work until it speaks");
    }

    @ParameterizedTest
    @CsvSource({"10, 5, bad", "10, 3, warn", "100, 9, ok", "2, 2, ok", "3, 3, bad"})
    void aServiceThatFailsOftenIsNamed(int requests, int errors, String level) {
        agent("fred", "ready");
        service("/it/fails", requests, errors);

        assertThat(judged().level()).isEqualTo(level);
        if (!level.equals("ok")) {
            assertThat(only().subject()).isEqualTo(new Answers.Subject("service", "/it/fails"));
            assertThat(only().action().href()).isEqualTo("/requests?state=failed&service=%2Fit%2Ffails");
        }
    }

    @Test
    void lettersBacklogAndAlarmsAreSaid() {
        agent("fred", "ready");
        parked = 17;
        waiting = 1;
        alarms.add("memory");

        assertThat(judged().findings())
                .extracting(Answers.Finding::sentence)
                .containsExactly(
                        "The broker has an alarm: memory",
                        "17 letters are parked",
                        "1 request waits for an agent that can do it");
        assertThat(judged().sentence()).isEqualTo("The broker has an alarm: memory; and 2 more things to look at.");
    }

    @Test
    void withoutABrokerNothingElseIsTheFirstThing() {
        connected = false;
        dead("fred", 0, 0, 5);

        assertThat(judged().findings().get(0).subject().kind()).isEqualTo("broker");
    }

    @Test
    void nobodyHereIsAWarningUnlessTheBrokerIsGone() {
        assertThat(only().sentence()).isEqualTo("No agent is here");
        connected = false;
        assertThat(only().subject().kind()).isEqualTo("broker");
    }

    @Test
    void aThousandDeadAgentsAreNotAThousandFindings() {
        Stream.iterate(0, i -> i + 1).limit(1000).forEach(i -> dead("a" + i, 0, 0, 5));

        assertThat(judged().findings()).hasSizeLessThan(25);
        assertThat(judged().findings()).anySatisfy(finding -> assertThat(finding.sentence())
                .startsWith("1000 agents went away without a word"));
    }

    @Test
    void everyFindingHasASentenceACauseAndAButton() {
        dead("fred", 1, 1, 5);
        agent("bob", "suspect");
        service("/it/fails", 10, 10);
        parked = 1;
        waiting = 2;
        alarms.add("disk");
        connected = false;

        assertThat(judged().findings()).hasSize(7).allSatisfy(finding -> {
            assertThat(finding.sentence()).isNotEmpty().doesNotEndWith(".");
            assertThat(finding.cause()).isNotEmpty();
            assertThat(finding.action().label()).isNotEmpty();
            assertThat(finding.action().href()).startsWith("/");
        });
    }
}
