package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A mapper among agents that are played by hand, in time that the test moves. */
class MapperTest {

    private static final String ECHO = "/simple/echo";

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final InMemoryTransport transport = broker.transport("mapper");
    private final List<HandAgent> agents = new ArrayList<>();
    private final Mapper mapper = start(MapperConfig.named("m1").withMaxPending(100));

    private Mapper start(MapperConfig config) {
        Mapper started = Mapper.with(config)
                .loop(loop)
                .listener(new MapperListener() {
                    @Override
                    public void registered(Identity agent, Mapper mapper) {
                        events.add("registered " + agent.name());
                    }

                    @Override
                    public void unregistered(Identity agent, Mapper mapper) {
                        events.add("unregistered " + agent.name());
                    }

                    @Override
                    public void timedOut(Identity agent, Mapper mapper) {
                        events.add("timed out " + agent.name());
                    }
                })
                .start(transport);
        loop.run();
        return started;
    }

    @AfterEach
    void close() {
        mapper.close();
        agents.forEach(HandAgent::close);
        assertThat(loop.failures()).isEmpty();
    }

    private HandAgent agent(String name, double load, String... services) {
        HandAgent agent = new HandAgent(broker, name).offering(services.length == 0 ? new String[] {ECHO} : services);
        agents.add(agent);
        agent.register(load);
        loop.run();
        return agent;
    }

    private void pass(Duration time) {
        loop.advance(time);
        loop.run();
    }

    /** Lets time pass in which these agents ping as they should. */
    private void passWithPings(Duration time, HandAgent... pinging) {
        for (Duration left = time; !left.isNegative() && !left.isZero(); left = left.minusSeconds(1)) {
            for (HandAgent agent : pinging) {
                agent.ping(0.5);
            }
            pass(Duration.ofSeconds(1));
        }
    }

    private void expect(String event) throws InterruptedException {
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo(event);
    }

    private static Outcomes end(Job job) throws InterruptedException {
        assertThat(job.isDone()).isTrue();
        return job.await();
    }

    private List<String> known() {
        return mapper.agents().stream().map(agent -> agent.identity().name()).toList();
    }

    // ---- who is there

    @Test
    void anAgentThatRegistersIsKnownWithWhatItSaid() throws Exception {
        HandAgent fred =
                new HandAgent(broker, "fred").offering(ECHO, "/simple/time").tagged("blue");
        agents.add(fred);
        fred.register(0.75);
        loop.run();

        AgentView view = mapper.agents().get(0);
        assertThat(view.identity()).isEqualTo(Identity.agent("fred"));
        assertThat(view.services()).containsExactlyInAnyOrder(Service.parse(ECHO), Service.parse("/simple/time"));
        assertThat(view.tags()).containsExactly("blue");
        assertThat(view.status().load()).isEqualTo(0.75);
        expect("registered fred");
    }

    @Test
    void aMapperThatStartsAsksWhoIsThere() {
        HandAgent fred = agent("fred", 0.5);
        int before = fred.asked;

        InMemoryTransport late = broker.transport("late");
        Mapper second = Mapper.with(MapperConfig.named("late")).loop(loop).start(late);
        loop.run();

        assertThat(fred.asked).isEqualTo(before + 1);
        second.close();
    }

    @Test
    void anUnknownAgentThatPingsIsAskedToRegisterOncePerSecond() {
        HandAgent fred = new HandAgent(broker, "fred").offering(ECHO);
        agents.add(fred);

        fred.ping(0.5);
        fred.ping(0.5);
        loop.run();
        assertThat(fred.asked).isEqualTo(1);

        pass(Duration.ofSeconds(2));
        fred.ping(0.5);
        loop.run();
        assertThat(fred.asked).isEqualTo(2);
    }

    @Test
    void anAgentThatUnregistersIsGone() throws Exception {
        HandAgent fred = agent("fred", 0.5);

        fred.unregister();
        loop.run();

        assertThat(known()).isEmpty();
        assertThat(mapper.services()).isEmpty();
        expect("registered fred");
        expect("unregistered fred");
    }

    @Test
    void aSilentAgentIsAskedAndThenTimesOutOnce() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        expect("registered fred");
        int before = fred.asked;

        pass(Duration.ofSeconds(17));
        assertThat(fred.asked).isEqualTo(before + 1);
        assertThatThrownBy(() -> mapper.request(ECHO, "x").await()).isInstanceOf(NoAgentException.class);

        pass(Duration.ofSeconds(10));
        assertThat(known()).isEmpty();
        expect("timed out fred");
        pass(Duration.ofSeconds(60));
        assertThat(events).isEmpty();
    }

    @Test
    void anAgentThatPingsNeverTimesOut() throws Exception {
        HandAgent fred = agent("fred", 0.5);

        passWithPings(Duration.ofMinutes(5), fred);

        assertThat(known()).containsExactly("fred");
        expect("registered fred");
        assertThat(events).isEmpty();
    }

    @Test
    void aClockThatJumpsKillsNobody() {
        agent("fred", 0.5);

        loop.time().jump(Duration.ofDays(1));
        pass(Duration.ofSeconds(1));

        assertThat(known()).containsExactly("fred");
    }

    @Test
    void aMapperThatHearsNothingItselfDeclaresNobodyDead() {
        agent("fred", 0.5);

        transport.disconnect();
        loop.run();
        pass(Duration.ofMinutes(10));
        assertThat(known()).containsExactly("fred");

        transport.reconnect();
        loop.run();
        pass(Duration.ofSeconds(1));
        assertThat(known()).containsExactly("fred");
    }

    // ---- requests

    @Test
    void aRequestIsAnsweredByTheAgentThatOffersIt() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        agent("bob", 0.1, "/other/service");

        Job job = mapper.request(ECHO, Map.of("k", List.of(1, "two")));
        Request request = fred.request();
        assertThat(request.token()).isEqualTo(job.token());
        assertThat(request.replyTo()).isEqualTo(Identity.mapper("m1"));
        assertThat(request.payload().value()).isEqualTo(Map.of("k", List.of(1, "two")));
        assertThat(request.metadata().deadline()).isPositive();
        fred.answer("done");

        assertThat(end(job).values()).isEqualTo(Map.of("fred", "done"));
        assertThat(mapper.pending()).isZero();
    }

    @Test
    void aPathOfOnePartMeansItsIndex() throws Exception {
        HandAgent fred = agent("fred", 0.5, "/simple/index");

        Job job = mapper.request("/simple", null);
        fred.answer("index");

        assertThat(end(job).values()).isEqualTo(Map.of("fred", "index"));
    }

    @Test
    void theLeastLoadedAgentIsChosen() {
        HandAgent busy = agent("busy", 3.0);
        HandAgent idle = agent("idle", 0.1);

        mapper.request(ECHO, "x");

        assertThat(idle.work).hasSize(1);
        assertThat(busy.work).isEmpty();
    }

    @Test
    void workInFlightCountsAsLoadUntilItIsAnswered() {
        HandAgent one = agent("one", 0.5);
        HandAgent two = agent("two", 0.5);

        for (int i = 0; i < 10; i++) {
            mapper.request(ECHO, i);
        }

        assertThat(one.work).hasSize(5);
        assertThat(two.work).hasSize(5);
    }

    @Test
    void anAgentWithoutAComparableStatusComesLast() {
        HandAgent unknown = agent("unknown", Double.NaN);
        HandAgent loaded = agent("loaded", 50.0);

        mapper.request(ECHO, "x");

        assertThat(loaded.work).hasSize(1);
        assertThat(unknown.work).isEmpty();
    }

    @Test
    void allMeansAnAnswerFromEachAgentThatCan() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        HandAgent bob = agent("bob", 0.9);

        Job job = mapper.request(ECHO, "x", CallOptions.all());
        fred.answer("f");
        assertThat(job.isDone()).isFalse();
        bob.answer("b");

        assertThat(end(job).values()).isEqualTo(Map.of("fred", "f", "bob", "b"));
    }

    @Test
    void roundRobinTakesOneAgentBehindTheOther() {
        List<HandAgent> three = List.of(agent("a", 0.1), agent("b", 9), agent("c", 5));

        for (int i = 0; i < 9; i++) {
            mapper.request(ECHO, i, CallOptions.DEFAULT.withSelector("rr"));
        }

        assertThat(three).allSatisfy(agent -> assertThat(agent.work).hasSize(3));
    }

    @Test
    void aTargetGetsItWhoeverElseCould() {
        HandAgent fred = agent("fred", 9.0);
        HandAgent bob = agent("bob", 0.1);

        mapper.request(ECHO, "x", CallOptions.target("fred"));

        assertThat(fred.work).hasSize(1);
        assertThat(bob.work).isEmpty();
    }

    @Test
    void allTagsMustMatch() throws Exception {
        HandAgent one = new HandAgent(broker, "one").offering(ECHO).tagged("blue");
        HandAgent both = new HandAgent(broker, "both").offering(ECHO).tagged("blue", "large");
        agents.addAll(List.of(one, both));
        one.register(0.1);
        both.register(5.0);
        loop.run();

        mapper.request(ECHO, "x", CallOptions.DEFAULT.withTags(Set.of("blue", "large")));
        assertThat(both.work).hasSize(1);
        assertThat(one.work).isEmpty();

        assertThatThrownBy(() -> mapper.request(ECHO, "x", CallOptions.DEFAULT.withTags(Set.of("green")))
                        .await())
                .isInstanceOf(NoAgentException.class)
                .hasMessageContaining("none with all the tags [green]");
    }

    @Test
    void whereNobodyCanTheRequestEndsAtOnce() {
        agent("fred", 0.5);

        assertThatThrownBy(() -> mapper.request("/no/service", "x").await())
                .isInstanceOf(NoAgentException.class)
                .hasMessage("/no/service: no live agent offers it");
        assertThatThrownBy(() ->
                        mapper.request(ECHO, "x", CallOptions.target("nobody")).await())
                .isInstanceOf(UnknownAgentException.class)
                .hasMessageContaining("nanite-nobody");
        assertThatThrownBy(() -> mapper.request(ECHO, "x", CallOptions.DEFAULT.withSelector("system_exec"))
                        .await())
                .isInstanceOf(UnknownSelectorException.class)
                .hasMessageContaining("[all, least_loaded, random, rr]");
        assertThat(mapper.pending()).isZero();
    }

    @Test
    void aFailureIsAnOutcomeAndNotAnError() throws Exception {
        HandAgent fred = agent("fred", 0.5);

        Job job = mapper.request(ECHO, "x");
        fred.answer(new Outcome.Failure(Verdict.FAILED, "IllegalStateException", "disk full"));

        assertThat(end(job).single())
                .isEqualTo(new Outcome.Failure(Verdict.FAILED, "IllegalStateException", "disk full"));
    }

    @Test
    void aRequestThatNobodyAnswersEndsAtItsDeadlineAndNamesTheMissing() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        HandAgent bob = agent("bob", 0.5);

        Job job = mapper.request(ECHO, "x", CallOptions.all().withTimeout(Duration.ofSeconds(5)));
        fred.answer("in time");
        passWithPings(Duration.ofSeconds(4), fred, bob);
        assertThat(job.isDone()).isFalse();
        passWithPings(Duration.ofSeconds(2), fred, bob);

        Outcomes outcomes = end(job);
        assertThat(outcomes.ok()).isFalse();
        assertThat(outcomes.with(Verdict.TIMEOUT)).containsExactly(Identity.agent("bob"));
        assertThat(outcomes.values()).isEqualTo(Map.of("fred", "in time"));
        assertThat(mapper.pending()).isZero();
    }

    @Test
    void aLateResultChangesNothing() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job job = mapper.request(ECHO, "x", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)));
        passWithPings(Duration.ofSeconds(2), fred);

        fred.answer("too late");

        assertThat(end(job).single().verdict()).isEqualTo(Verdict.TIMEOUT);
    }

    @Test
    void ofManyResultsForOneRequestTheFirstCounts() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job job = mapper.request(ECHO, "x");
        Request request = fred.request();

        for (int i = 0; i < 100; i++) {
            fred.result(request, Outcome.success(i));
        }

        assertThat(end(job).values()).isEqualTo(Map.of("fred", 0));
        assertThat(mapper.pending()).isZero();
    }

    @Test
    void aResultFromAnAgentThatWasNotAskedIsDropped() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent mallory = agent("mallory", 9.0);
        Job job = mapper.request(ECHO, "x");

        mallory.result(fred.request(), Outcome.success("forged"));
        assertThat(job.isDone()).isFalse();
        fred.answer("true");

        assertThat(end(job).values()).isEqualTo(Map.of("fred", "true"));
    }

    @Test
    void tooManyOpenRequestsAreRefusedAtOnceAndTheOthersGoOn() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            jobs.add(mapper.request(ECHO, i));
        }

        assertThatThrownBy(() -> mapper.request(ECHO, "one too many").await())
                .isInstanceOf(OverloadedException.class)
                .hasMessage("open requests: 101 (expected: at most 100)");
        assertThat(fred.work).hasSize(100);

        for (int i = 0; i < 100; i++) {
            fred.answer(i);
        }
        for (Job job : jobs) {
            assertThat(end(job).ok()).isTrue();
        }
        assertThat(mapper.agents().get(0).inFlight()).isZero();
    }

    @Test
    void aPayloadThatCannotBeWrittenIsAFailureOfThatCall() throws Exception {
        HandAgent fred = agent("fred", 0.5);

        Job job = mapper.request(ECHO, new Object());

        assertThat(end(job).single().verdict()).isEqualTo(Verdict.FAILED);
        assertThat(fred.work).isEmpty();
        assertThat(mapper.pending()).isZero();
    }

    @Test
    void aClosedMapperEndsWhatIsOpen() throws Exception {
        agent("fred", 0.5);
        Job job = mapper.request(ECHO, "x");

        mapper.close();
        mapper.close();

        assertThat(end(job).single().verdict()).isEqualTo(Verdict.CANCELLED);
    }

    @Test
    void continuationsRunOnTheCallbackThread() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        CompletableFuture<String> ranOn = new CompletableFuture<>();
        var unused = mapper.request(ECHO, "x")
                .outcomes()
                .thenRun(() -> ranOn.complete(Thread.currentThread().getName()));

        fred.answer("done");

        assertThat(ranOn.get(10, TimeUnit.SECONDS)).isEqualTo("mapper-m1-callback");
    }

    // ---- agents that go away with work in their hands

    @Test
    void theWorkOfAnAgentThatTimesOutIsGivenToAnother() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x");
        Request first = fred.request();

        passWithPings(Duration.ofSeconds(30), bob);

        Request second = bob.request();
        assertThat(second.token()).isEqualTo(first.token());
        assertThat(second.metadata().attempt()).isEqualTo(2);
        bob.answer("saved");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "saved"));
    }

    @Test
    void aKilledAgentIsKnownWithinASecondBecauseItsControlQueueIsGone() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        expect("registered fred");
        expect("registered bob");
        Job job = mapper.request(ECHO, "x");

        fred.die();
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(50));
        }

        expect("timed out fred");
        assertThat(known()).containsExactly("bob");
        bob.answer("saved");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "saved"));
    }

    @Test
    void anAgentThatOnlyReconnectsKeepsItsWork() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x");

        fred.die();
        for (int i = 0; i < 8; i++) {
            pass(Duration.ofMillis(50)); // one question came back: suspect
        }
        fred.revive();
        fred.register(0.1);
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(50));
        }

        assertThat(bob.work).isEmpty();
        assertThat(known()).containsExactly("bob", "fred");
        fred.work.remove(0); // delivered before the link broke: its settling counts no more
        fred.answer("kept");
        assertThat(end(job).values()).isEqualTo(Map.of("fred", "kept"));
    }

    @Test
    void whoeverAnswersGetsWorkAgainAtOnce() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        Job job = mapper.request(ECHO, "x");
        fred.die();
        for (int i = 0; i < 8; i++) {
            pass(Duration.ofMillis(50)); // one question came back: suspect
        }
        assertThat(mapper.awaitService(ECHO, 1, Duration.ZERO)).isFalse();
        assertThatThrownBy(() -> mapper.request(ECHO, "y").await()).isInstanceOf(NoAgentException.class);

        fred.revive();
        fred.work.remove(0); // delivered before the link broke: its settling counts no more
        fred.answer("kept");
        loop.run();

        assertThat(end(job).values()).isEqualTo(Map.of("fred", "kept"));
        assertThat(mapper.awaitService(ECHO, 1, Duration.ZERO)).isTrue();
        Job next = mapper.request(ECHO, "z");
        fred.answer("taken");
        assertThat(end(next).values()).isEqualTo(Map.of("fred", "taken"));
    }

    @Test
    void whereNobodyElseCanTheWorkOfADeadAgentIsLostAtItsDeadline() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        Job job = mapper.request(ECHO, "x", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(20)));

        fred.die();
        pass(Duration.ofSeconds(15));
        assertThat(job.isDone()).isFalse();
        pass(Duration.ofSeconds(6));

        assertThat(end(job).single().verdict()).isEqualTo(Verdict.LOST);
    }

    @Test
    void whoeverComesInTimeTakesTheWorkOfADeadAgent() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        Job job = mapper.request(ECHO, "x");
        fred.die();
        pass(Duration.ofSeconds(5));

        HandAgent bob = agent("bob", 0.5);

        bob.answer("just in time");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "just in time"));
    }

    @Test
    void anAgentThatComesBackFromTheDeadIsAskedAgain() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        Job job = mapper.request(ECHO, "x");
        fred.die();
        pass(Duration.ofSeconds(5));
        assertThat(known()).isEmpty();
        fred.work.clear();

        fred.revive();
        fred.booted("boot-2").register(0.1);
        loop.run();

        assertThat(fred.work).isNotEmpty();
        fred.answer("second life");
        assertThat(end(job).values()).isEqualTo(Map.of("fred", "second life"));
    }

    @Test
    void anAgentThatLeavesFinishesWhatItHasBegun() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job one = mapper.request(ECHO, "x");
        Job all = mapper.request(ECHO, "y", CallOptions.all());

        fred.unregister();
        loop.run();
        for (int i = 0; i < 40; i++) {
            pass(Duration.ofMillis(50));
        }
        assertThat(known()).containsExactly("bob");
        bob.answer("b");
        fred.answer("begun");
        fred.answer("f");

        assertThat(end(one).values()).isEqualTo(Map.of("fred", "begun"));
        assertThat(end(all).values()).isEqualTo(Map.of("fred", "f", "bob", "b"));
        assertThat(bob.work).isEmpty();
    }

    @Test
    void whatAnAgentLeftBehindIsForOthersOnceItIsGone() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x");

        fred.unregister();
        fred.die();
        for (int i = 0; i < 40; i++) {
            pass(Duration.ofMillis(50));
        }

        bob.answer("saved");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "saved"));
    }

    @Test
    void whatAnAgentGaveBackIsForItsNextLifeIfThatComesBeforeAnybodyNoticed() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x");

        fred.unregister();
        fred.die();
        fred.work.clear();
        fred.revive();
        fred.booted("boot-2").register(0.1);
        for (int i = 0; i < 40; i++) {
            pass(Duration.ofMillis(50));
        }

        assertThat(bob.work).isEmpty();
        // The copy that it gave back, and the one that the mapper sends for fear that it had none: an agent tells them
        // apart.
        assertThat(fred.work).extracting(work -> work.packet().token()).containsOnly(job.token());
        fred.answer("second life");
        assertThat(end(job).values()).isEqualTo(Map.of("fred", "second life"));
    }

    @Test
    void whatAnAgentGaveBackIsTakenBeforeAnotherIsAsked() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x");
        fred.unregister();
        fred.die();
        fred.work.clear();
        for (int i = 0; bob.work.isEmpty(); i++) {
            assertThat(i).isLessThan(40);
            pass(Duration.ofMillis(50));
        }

        assertThat(broker.waiting("nanite-fred")).isZero();
        bob.answer("saved");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "saved"));
    }

    @Test
    void whatAnAgentGaveBackAndAnotherMapperSavesIsAskedOfAnotherAllTheSame() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x");
        fred.unregister();
        fred.die();
        InMemoryTransport saving = broker.transport("saving");
        saving.start(new TransportListener() {});
        saving.subscribe(
                Source.orphan(fred.identity, 1), delivery -> delivery.parts().forEach(Delivery.Part::settle));

        for (int i = 0; i < 40; i++) {
            pass(Duration.ofMillis(50));
        }

        bob.answer("saved");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "saved"));
        saving.close();
    }

    @Test
    void ofARequestToAllTheDeadAreNamedAsLost() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x", CallOptions.all());

        fred.die();
        for (int i = 0; i < 20; i++) {
            pass(Duration.ofMillis(50));
        }
        bob.answer("here");

        Outcomes outcomes = end(job);
        assertThat(outcomes.with(Verdict.LOST)).containsExactly(Identity.agent("fred"));
        assertThat(outcomes.values()).isEqualTo(Map.of("bob", "here"));
    }

    @Test
    void aRequestWithATargetWaitsForItUntilItsDeadline() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 5.0);
        Job job = mapper.request(ECHO, "x", CallOptions.target("fred").withTimeout(Duration.ofSeconds(60)));

        fred.die();
        passWithPings(Duration.ofSeconds(59), bob);
        assertThat(job.isDone()).isFalse();
        passWithPings(Duration.ofSeconds(2), bob);

        assertThat(bob.work).isEmpty();
        assertThat(end(job).single().verdict()).isEqualTo(Verdict.LOST);
    }

    @Test
    void aRequestForAQueueThatIsGoneIsGivenToAnotherAtOnce() throws Exception {
        agent("fred", 0.1).die();
        HandAgent bob = agent("bob", 5.0);
        broker.delete("nanite-fred");

        Job job = mapper.request(ECHO, "x");
        loop.run();

        bob.answer("saved");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "saved"));
        assertThat(known()).containsExactly("bob");
    }

    @Test
    void openRequestsAreSentAgainWhenTheLinkIsBack() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job job = mapper.request(ECHO, "x");
        assertThat(fred.work).hasSize(1);

        transport.disconnect();
        loop.run();
        transport.reconnect();
        loop.run();

        assertThat(fred.work).hasSize(2);
        assertThat(fred.work.get(0).packet().token())
                .isEqualTo(fred.work.get(1).packet().token());
        fred.answer("once");
        assertThat(end(job).values()).isEqualTo(Map.of("fred", "once"));
    }

    @Test
    void afterAnOutageAnAgentThatIsStillOnItsWayBackIsNotTakenForDead() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job before = mapper.request(ECHO, "before");
        transport.disconnect();
        fred.die();
        fred.work.clear();
        loop.run();
        Job during = mapper.request(ECHO, "during");
        transport.reconnect();
        loop.run();

        pass(Duration.ofSeconds(3));
        assertThat(known()).containsExactly("fred");
        Job behind = mapper.request(ECHO, "behind"); // nobody else can: its queue keeps it

        fred.revive();
        fred.register(0.5);
        loop.run();
        Set<String> tokens = new HashSet<>();
        for (HandAgent.Work work : List.copyOf(fred.work)) {
            tokens.add(work.packet().token().value());
            fred.answer(Objects.requireNonNull(work.packet().payload().value()));
        }
        loop.run();
        assertThat(tokens).hasSize(3);
        assertThat(end(before).values()).isEqualTo(Map.of("fred", "before"));
        assertThat(end(during).values()).isEqualTo(Map.of("fred", "during"));
        assertThat(end(behind).values()).isEqualTo(Map.of("fred", "behind"));
        pass(Duration.ofSeconds(10));
        assertThat(known()).containsExactly("fred");
        assertThat(events).doesNotContain("timed out fred");
    }

    @Test
    void afterAnOutageWhoeverIsBackIsChosenBeforeWhoeverIsNot() {
        HandAgent slow = agent("slow", 0.1);
        HandAgent quick = agent("quick", 0.5);
        Job open = mapper.request(ECHO, "open");
        assertThat(slow.work).hasSize(1);
        transport.disconnect();
        slow.die();
        slow.work.clear();
        loop.run();
        transport.reconnect();
        loop.run();
        pass(Duration.ofSeconds(1));

        Job job = mapper.request(ECHO, "new");
        assertThat(quick.request().token()).isEqualTo(job.token());
        assertThat(open.isDone()).isFalse();
    }

    @Test
    void afterAnOutageAnAgentThatDoesNotComeBackIsLostOnceItsTimeIsUp() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 0.5);
        Job job = mapper.request(ECHO, "x");
        transport.disconnect();
        fred.die();
        loop.run();
        transport.reconnect();
        loop.run();

        pass(Duration.ofSeconds(5));
        assertThat(known()).containsExactly("bob", "fred");
        pass(Duration.ofSeconds(2));
        assertThat(known()).containsExactly("bob");
        assertThat(bob.request().token()).isEqualTo(job.token());
        bob.answer("instead");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "instead"));
    }

    @Test
    void openRequestsAreSentAgainToAnAgentThatHasStartedAnew() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job job = mapper.request(ECHO, "x");

        fred.booted("boot-2").register(0.5);
        loop.run();

        assertThat(fred.work).hasSize(2);
        fred.answer("after the restart");
        assertThat(end(job).ok()).isTrue();
        assertThat(mapper.agents().get(0).inFlight()).isZero();
    }

    // ---- a broker that takes nothing

    @Test
    void aRequestThatCannotLeaveEndsAndOneThatLeftStaysOpen() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job left = mapper.request(ECHO, "left");

        broker.block("memory");
        Job held = mapper.request(ECHO, "held");
        CompletableFuture<Pushed> pushed = mapper.push(ECHO, "pushed").toCompletableFuture();
        loop.run();
        assertThat(held.isDone()).isFalse();
        broker.endWaiting();
        loop.run();

        assertThat(held.isDone()).isTrue();
        assertThatThrownBy(held::await).isInstanceOf(BrokerBlocked.class);
        assertThat(pushed)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(BrokerBlocked.class);
        assertThat(left.isDone()).isFalse();
        assertThat(mapper.pending()).isEqualTo(1);
        assertThat(mapper.agents().get(0).inFlight()).isEqualTo(1);

        broker.unblock(Duration.ofSeconds(5));
        assertThat(fred.work).hasSize(1);
        fred.answer("done");
        assertThat(end(left).ok()).isTrue();
    }

    @Test
    void ofARequestToAllThoseThatCouldNotBeAskedAreNamed() throws Exception {
        agent("fred", 0.5);
        agent("anna", 0.5);

        broker.block("disk");
        Job job = mapper.request(ECHO, "x", CallOptions.all());
        broker.endWaiting();
        loop.run();

        assertThat(end(job).all()).hasSize(2).allSatisfy(outcome -> assertThat(outcome)
                .isInstanceOfSatisfying(Outcome.Failure.class, failure -> assertThat(failure.kind())
                        .isEqualTo("BrokerBlocked")));
    }

    @Test
    void whatWasToBeSentAgainAndCouldNotBeIsSentWhenTheBrokerTakesIt() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job job = mapper.request(ECHO, "twice");
        assertThat(fred.work).hasSize(1);
        // Its news came by before the broker took nothing more; the mapper reads it only now.
        fred.booted("boot-2").register(0.5);
        broker.block("memory");
        loop.run();
        broker.endWaiting();
        loop.run();
        assertThat(job.isDone()).isFalse();
        assertThat(fred.work).hasSize(1);

        broker.unblock(Duration.ofSeconds(6));
        loop.run();

        assertThat(fred.work).hasSize(2);
        fred.answer("first");
        assertThat(end(job).values()).containsEntry("fred", "first");
    }

    @Test
    void nobodyIsDeadWhileNobodyMaySpeak() throws Exception {
        agent("fred", 0.5);

        broker.block("memory");
        pass(Duration.ofMinutes(5));
        broker.endWaiting();
        broker.unblock(Duration.ofMinutes(5));
        pass(Duration.ofSeconds(1));

        assertThat(known()).containsExactly("fred");
        expect("registered fred");
        assertThat(events).isEmpty();
    }

    @Test
    void thatNobodyIsKnownMeansNothingWhileNobodyMaySpeak() {
        broker.block("memory");
        loop.run();

        assertThatThrownBy(() -> mapper.request(ECHO, "x").await())
                .isInstanceOf(BrokerBlocked.class)
                .hasMessageContaining("no live agent offers it")
                .hasMessageContaining("takes nothing: memory");
        broker.unblock(Duration.ofSeconds(1));
        loop.run();
        assertThatThrownBy(() -> mapper.request(ECHO, "x").await()).isInstanceOf(NoAgentException.class);
    }

    // ---- work that waits offline, and work whose agent died

    private final CallOptions patient = CallOptions.DEFAULT.withOfflineFailsafe(true);

    /** A second mapper, which gives out what waits. */
    private Mapper giver() {
        Mapper giver = Mapper.with(MapperConfig.named("giver").withOfflineFailsafe(true))
                .loop(loop)
                .start(broker.transport("giver"));
        loop.run();
        return giver;
    }

    @Test
    void aRequestThatNobodyCanServeWaitsAndLeavesTheMomentSomebodyCan() throws Exception {
        try (Mapper giver = giver()) {
            Job job = mapper.request(ECHO, "patient", patient);
            loop.run();
            assertThat(job.isDone()).isFalse();

            HandAgent fred = agent("fred", 0.5);
            Request request = fred.request();
            assertThat(request.token()).isEqualTo(job.token());
            assertThat(request.replyTo()).isEqualTo(Identity.mapper("m1"));
            fred.answer("at last");

            assertThat(end(job).values()).isEqualTo(Map.of("fred", "at last"));
            assertThat(mapper.pending()).isZero();
            assertThat(giver.pending()).isZero();
        }
        assertThat(broker.waiting("mapper-offline")).isZero();
    }

    @Test
    void withoutTheFailsafeItEndsAtOnce() {
        // The twin: the same request, not patient.
        assertThatThrownBy(() -> mapper.request(ECHO, "impatient").await()).isInstanceOf(NoAgentException.class);
        assertThat(broker.waiting("mapper-offline")).isZero();
    }

    @Test
    void whatWaitsLeavesInOrder() {
        try (Mapper giver = giver()) {
            for (int i = 0; i < 50; i++) {
                var unused = giver.push(ECHO, i);
            }
            loop.run();

            HandAgent fred = agent("fred", 0.5);
            loop.run();

            assertThat(fred.work.stream().map(work -> work.packet().payload().value()))
                    .containsExactlyElementsOf(
                            java.util.stream.IntStream.range(0, 50).boxed().toList());
        }
    }

    @Test
    void whatWaitsForAnotherServiceDoesNotHoldUpTheRest() {
        try (Mapper giver = giver()) {
            var unused = giver.push("/rare/service", "x");
            var unusedToo = giver.push(ECHO, "y");
            loop.run();

            HandAgent fred = agent("fred", 0.5);
            loop.run();

            assertThat(fred.work).hasSize(1);
            assertThat(giver.pending()).isZero();
        }
        assertThat(broker.waiting("mapper-offline")).isEqualTo(1);
    }

    @Test
    void aRequestThatWaitedInVainEndsAtItsDeadlineAndIsNotDoneLater() {
        try (Mapper giver = giver()) {
            Job job = mapper.request(ECHO, "x", patient.withTimeout(Duration.ofSeconds(5)));
            loop.run();
            pass(Duration.ofSeconds(6));

            assertThatThrownBy(job::await)
                    .isInstanceOf(NoAgentException.class)
                    .hasMessageContaining("nobody did not answer in time");
            HandAgent fred = agent("fred", 0.5);
            loop.run();
            assertThat(fred.work).isEmpty();
            assertThat(giver.pending()).isZero();
        }
        assertThat(broker.waiting("mapper-offline")).isZero();
    }

    @Test
    void whatAMapperHeldWhenItWentIsGivenOutByTheNext() {
        ManualLoop itsOwn = new ManualLoop();
        Mapper first = Mapper.with(MapperConfig.named("first").withOfflineFailsafe(true))
                .loop(itsOwn)
                .start(broker.transport("first"));
        itsOwn.run();
        var unused = first.push(ECHO, "inherited");
        itsOwn.run();
        first.close();

        try (Mapper second = Mapper.with(MapperConfig.named("heir").withOfflineFailsafe(true))
                .loop(loop)
                .start(broker.transport("heir"))) {
            loop.run();
            HandAgent fred = agent("fred", 0.5);
            loop.run();
            assertThat(fred.work).hasSize(1);
            assertThat(second.pending()).isZero();
        }
    }

    @Test
    void thePushesOfADeadAgentAreGivenToAnotherAndItsQueueGoes() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        Pushed pushed = mapper.push(ECHO, "save me").toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(pushed.agents()).containsExactly(fred.identity);

        fred.die();
        passWithPings(Duration.ofSeconds(40), bob);

        assertThat(bob.work).hasSize(1);
        assertThat(bob.work.get(0).packet().token()).isEqualTo(pushed.token());
        assertThat(bob.work.get(0).packet().metadata().attempt()).isEqualTo(2);
        assertThat(broker.queues()).contains("nanite-fred"); // a mapper that has not noticed may still send to it
        passWithPings(Duration.ofSeconds(40), bob);
        assertThat(broker.queues()).doesNotContain("nanite-fred");
    }

    @Test
    void whatADeadAgentHasCountedGoesWithItsQueue() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        fred.count("a mark");

        fred.die();
        passWithPings(Duration.ofSeconds(40), bob);
        assertThat(broker.waiting("nanite-fred.attempts")).isEqualTo(1); // it may be back, and must know
        passWithPings(Duration.ofSeconds(40), bob);

        assertThat(broker.queues()).doesNotContain("nanite-fred", "nanite-fred.attempts");
    }

    @Test
    void whatADeadAgentHasCountedStaysWithTheWorkThatOnlyItMayDo() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        fred.count("a mark");
        var unused = mapper.push(ECHO, "only fred", CallOptions.target("fred"))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);

        fred.die();
        passWithPings(Duration.ofMinutes(2), bob);

        assertThat(broker.waiting("nanite-fred")).isEqualTo(1);
        assertThat(broker.waiting("nanite-fred.attempts")).isEqualTo(1);
    }

    @Test
    void whatIsSentToADeadAgentByOneWhoHasNotHeardIsSavedToo() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        Pushed pushed = mapper.push(ECHO, "late").toCompletableFuture().get(10, TimeUnit.SECONDS);
        HandAgent.Work late = fred.work.get(0);
        late.part().settle();
        fred.die();
        passWithPings(Duration.ofSeconds(30), bob);
        assertThat(bob.work).isEmpty();

        InMemoryTransport unaware = broker.transport("unaware");
        unaware.start(new TransportListener() {});
        new PacketSender(new JsonSerializer(), unaware)
                .push(fred.identity, late.packet(), false)
                .join();
        unaware.close();
        passWithPings(Duration.ofSeconds(50), bob);

        assertThat(bob.work)
                .singleElement()
                .extracting(work -> work.packet().token())
                .isEqualTo(pushed.token());
        assertThat(broker.queues()).doesNotContain("nanite-fred");
    }

    @Test
    void whatNobodyCanReadInTheQueueOfADeadAgentIsBuriedWithItsTime() {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        InMemoryTransport stranger = broker.transport("stranger");
        stranger.start(new TransportListener() {});
        List<String> letters = new ArrayList<>();
        broker.declare("dead-letter");
        stranger.subscribe(new Source("dead-letter", Source.Lifetime.SHARED, List.of(), 1), delivery -> {
            Delivery.Part letter = delivery.parts().get(0);
            letters.add("%s %s".formatted(letter.header("x-source"), letter.header("x-at")));
            assertThat(letter.header("x-at"))
                    .isEqualTo(loop.time().now().truncatedTo(ChronoUnit.MILLIS).toString());
        });

        fred.die();
        stranger.send(new Parcel(
                Address.workOf(fred.identity), Bytes.of("no packet"), "text/plain", null, false, false, Map.of()));
        passWithPings(Duration.ofSeconds(40), bob);

        assertThat(letters).singleElement().asString().startsWith("nanite-fred ");
        stranger.close();
    }

    @Test
    void whomAnOpenRequestWasSentToIsKnown() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        Job job = mapper.request(ECHO, "x");
        assertThat(mapper.asked(job.token())).containsExactly(fred.identity);

        fred.answer("y");
        job.await();
        assertThat(mapper.asked(job.token())).isEmpty();
    }

    /** Its reading connection may be broken still, and it need not know. */
    @Test
    void anAgentThatSaysThatItIsBackAndDoesNotReadYetLosesNothing() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        var unused = mapper.push(ECHO, "saved").toCompletableFuture().get(10, TimeUnit.SECONDS);
        fred.die();
        fred.work.clear();
        for (int i = 0; i < 200 && bob.work.isEmpty(); i++) {
            bob.ping(9.0);
            pass(Duration.ofMillis(200));
        }
        assertThat(bob.work).hasSize(1); // the rescue has just come

        HandAgent half = new HandAgent(broker, "half");
        agents.add(half);
        half.speakAs(fred).offering(ECHO).register(0.1);
        loop.run();
        Pushed pushed = mapper.push(ECHO, "early").toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(pushed.agents()).containsExactly(fred.identity);

        fred.revive();
        loop.run();
        assertThat(fred.work)
                .singleElement()
                .extracting(work -> work.packet().token())
                .isEqualTo(pushed.token());
    }

    @Test
    void aRequestOfADeadAgentIsMovedByItsMapperAndNotTwice() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        Job job = mapper.request(ECHO, "x");

        fred.die();
        passWithPings(Duration.ofSeconds(40), bob);

        assertThat(bob.work).hasSize(1);
        bob.answer("once");
        assertThat(end(job).values()).isEqualTo(Map.of("bob", "once"));
        passWithPings(Duration.ofSeconds(40), bob);
        assertThat(broker.queues()).doesNotContain("nanite-fred");
    }

    @Test
    void workWithATargetStaysForItsAgent() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        var unused = mapper.push(ECHO, "only fred", CallOptions.target("fred"))
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS);
        fred.work.clear();

        fred.die();
        passWithPings(Duration.ofSeconds(40), bob);
        assertThat(bob.work).isEmpty();
        assertThat(broker.waiting("nanite-fred")).isEqualTo(1);

        fred.revive();
        loop.run();
        assertThat(fred.work).hasSize(1);
    }

    @Test
    void whatNobodyCanTakeStaysUntilSomebodyCan() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent other = agent("other", 0.1, "/other/service");
        var unused = mapper.push(ECHO, "save me").toCompletableFuture().get(10, TimeUnit.SECONDS);

        fred.die();
        passWithPings(Duration.ofSeconds(40), other);
        assertThat(broker.waiting("nanite-fred")).isEqualTo(1);

        HandAgent bob = agent("bob", 0.5);
        passWithPings(Duration.ofSeconds(5), other, bob);
        assertThat(bob.work).hasSize(1);
        passWithPings(Duration.ofSeconds(40), other, bob);
        assertThat(broker.queues()).doesNotContain("nanite-fred");
    }

    @Test
    void ofTwoMappersOneSaves() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9.0);
        try (Mapper second =
                Mapper.with(MapperConfig.named("second")).loop(loop).start(broker.transport("second"))) {
            loop.run();
            for (int i = 0; i < 20; i++) {
                var unused = mapper.push(ECHO, i, CallOptions.DEFAULT.withSelector("rr"));
            }
            int left = fred.work.size();
            fred.die();
            passWithPings(Duration.ofSeconds(40), bob);

            assertThat(bob.work).hasSize(20);
            assertThat(left).isEqualTo(10);
            assertThat(bob.work.stream().map(work -> work.packet().token()).distinct())
                    .hasSize(20);
            assertThat(second.pending()).isZero();
        }
    }

    // ---- pushes

    @Test
    void aPushCompletesWhenTheBrokerHasIt() throws Exception {
        HandAgent fred = agent("fred", 0.5);

        Pushed pushed = mapper.push(ECHO, "x").toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(pushed.agents()).containsExactly(Identity.agent("fred"));
        assertThat(fred.work.get(0).packet().token()).isEqualTo(pushed.token());
    }

    @Test
    void aPushForAQueueThatIsGoneIsGivenToAnother() throws Exception {
        agent("fred", 0.1).die();
        HandAgent bob = agent("bob", 5.0);
        broker.delete("nanite-fred");

        Pushed pushed = mapper.push(ECHO, "x").toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(pushed.agents()).containsExactly(Identity.agent("bob"));
        assertThat(bob.work).hasSize(1);
    }

    @Test
    void aPushThatNobodyCanTakeFails() {
        assertThat(mapper.push("/no/service", "x").toCompletableFuture())
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(NoAgentException.class);
    }
}
