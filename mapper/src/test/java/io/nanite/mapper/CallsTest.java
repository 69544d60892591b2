package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.SerializationException;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a caller can ask for, and what it is told, among agents that are played by hand. */
class CallsTest {

    private static final String ECHO = "/simple/echo";

    record Size(int w, int h) {}

    interface Simple {

        String echo(String text);

        CompletionStage<Size> size();

        CompletableFuture<List<Size>> sizes();

        void forget(int number);

        default String twice(String text) {
            return text + text;
        }
    }

    interface TooMuch {
        String echo(String text, int times);
    }

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final List<HandAgent> agents = new ArrayList<>();
    private final Mapper mapper = Mapper.with(MapperConfig.named("m1"))
            .loop(loop)
            .listener(new MapperListener() {
                @Override
                public void suspected(Identity agent, Mapper mapper) {
                    events.add("suspected " + agent.name() + " by "
                            + mapper.identity().name());
                }

                @Override
                public void recovered(Identity agent, Mapper mapper) {
                    events.add("recovered " + agent.name() + " by "
                            + mapper.identity().name());
                }
            })
            .start(broker.transport("mapper"));

    @AfterEach
    void close() {
        mapper.close();
        agents.forEach(HandAgent::close);
        assertThat(loop.failures()).isEmpty();
    }

    private HandAgent agent(String name, double load, String... tags) {
        HandAgent agent = new HandAgent(broker, name)
                .offering(ECHO, "/simple/size", "/simple/sizes", "/simple/forget")
                .tagged(tags);
        agents.add(agent);
        agent.register(load);
        loop.run();
        return agent;
    }

    // ---- news

    @Test
    void newsComeInOrderAndBeforeTheEnd() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        List<String> heard = new ArrayList<>();
        Job job = mapper.request(ECHO, "hi")
                .onProgress(news -> heard.add(news.key() + " " + news.value().value()));
        CompletableFuture<Void> ended = job.outcomes().toCompletableFuture().thenAccept(end -> heard.add("end"));

        fred.tell("percent", 10, 1);
        fred.tell("line", "half-way", 2);
        fred.tell("percent", 90, 3);
        fred.answer("done");
        ended.get(10, TimeUnit.SECONDS);

        assertThat(heard).containsExactly("percent 10", "line half-way", "percent 90", "end");
        assertThat(job.progress()).extracting(Progress::agent).containsOnly(fred.identity);
    }

    @Test
    void whoFollowsOneKeyLateHearsWhatIsKeptOfIt() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Job job = mapper.request(ECHO, "hi");
        for (int i = 1; i <= 300; i++) {
            fred.tell(i % 2 == 0 ? "even" : "odd", i, i);
        }
        BlockingQueue<Long> heard = new LinkedBlockingQueue<>();

        job.onProgress("even", news -> heard.add(news.sequence()));
        fred.answer("done");
        job.outcomes().toCompletableFuture().get(10, TimeUnit.SECONDS);

        assertThat(job.progress()).hasSize(256);
        assertThat(heard)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(23, 150).mapToObj(i -> i * 2).toList());
    }

    @Test
    void newsToldTwiceOrByStrangersOrTooLateAreDropped() {
        HandAgent fred = agent("fred", 0.5);
        Job job = mapper.request(ECHO, "hi");

        fred.tell("a", 1, 1);
        fred.tell("a", 1, 1);
        HandAgent stranger = agent("stranger", 5);
        stranger.work.add(fred.work.get(0));
        stranger.tell("forged", 1, 2);
        fred.tell("b", 2, 2);
        HandAgent.Work work = fred.work.get(0);
        fred.answer("done");
        fred.work.add(work);
        fred.tell("late", 3, 3);

        assertThat(job.progress()).extracting(Progress::key).containsExactly("a", "b");
    }

    // ---- enough

    @Test
    void aRequestToAllEndsWhenEnoughHaveReplied() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        HandAgent bob = agent("bob", 0.5);
        agent("slow", 0.5);
        Job job = mapper.request(ECHO, "hi", CallOptions.all().withMinReplies(2));

        fred.answer("f");
        assertThat(job.isDone()).isFalse();
        bob.answer(new Outcome.Failure(Verdict.FAILED, "Oops", "no"));

        Outcomes outcomes = job.await();
        assertThat(outcomes.values()).isEqualTo(Map.of("fred", "f"));
        assertThat(outcomes.with(Verdict.FAILED)).containsExactly(bob.identity);
        assertThat(outcomes.with(Verdict.CANCELLED)).containsExactly(Identity.agent("slow"));
        assertThat(mapper.pending()).isZero();
        assertThat(mapper.agents()).allMatch(agent -> agent.inFlight() == 0);
    }

    @Test
    void anAgentThatDiesIsNoReply() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        agent("dead", 0.5);
        agent("slow", 0.5);
        Job job = mapper.request(ECHO, "hi", CallOptions.all().withMinReplies(2).withTimeout(Duration.ofSeconds(5)));

        fred.answer("f");
        loop.advance(Duration.ofSeconds(4));
        loop.run();
        assertThat(job.isDone()).isFalse();
        loop.advance(Duration.ofSeconds(2));
        loop.run();

        assertThat(job.await().with(Verdict.TIMEOUT)).hasSize(2);
    }

    // ---- nobody wants it any more

    @Test
    void aCancelledRequestEndsAsItsAgentsSay() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        HandAgent bob = agent("bob", 0.5);
        HandAgent mute = agent("mute", 0.5);
        Job job = mapper.request(ECHO, "hi", CallOptions.all());

        job.cancel();
        job.cancel();
        assertThat(List.of(fred, bob, mute)).allMatch(agent -> agent.cancelled.equals(List.of(job.token())));
        fred.answer("quicker");
        bob.answer(new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "cancelled while it ran"));
        assertThat(job.isDone()).isFalse();
        loop.advance(Duration.ofSeconds(3));
        loop.run();

        Outcomes outcomes = job.await();
        assertThat(outcomes.values()).isEqualTo(Map.of("fred", "quicker"));
        assertThat(outcomes.byAgent().get(bob.identity))
                .isEqualTo(new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "cancelled while it ran"));
        assertThat(outcomes.byAgent().get(mute.identity))
                .isEqualTo(new Outcome.Failure(
                        Verdict.CANCELLED, "Cancelled", "nanite-mute did not say whether it stopped"));
        job.cancel(); // too late to do anything
        assertThat(fred.cancelled).hasSize(1);
    }

    @Test
    void aCancelledRequestIsNotGivenToAnotherWhenItsAgentDies() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        HandAgent bob = agent("bob", 9);
        Job job = mapper.request(ECHO, "hi");

        job.cancel();
        fred.die();
        for (int i = 0; i < 8; i++) {
            loop.advance(Duration.ofMillis(500));
            loop.run();
        }

        assertThat(job.await().with(Verdict.CANCELLED)).containsExactly(fred.identity);
        assertThat(bob.work).isEmpty();
    }

    @Test
    void aRequestThatWaitsOfflineCanBeCancelled() {
        CallOptions offline = CallOptions.DEFAULT.withOfflineFailsafe(true);
        Job job = mapper.request(ECHO, "hi", offline);

        job.cancel();

        assertThatThrownBy(job::await).isInstanceOf(JobCancelledException.class).hasMessageContaining("waited offline");
        assertThat(mapper.pending()).isZero();
    }

    // ---- who comes and goes

    @Test
    void anAgentThatFallsSilentIsSuspectedAndRecoversWhenItSpeaks() throws Exception {
        HandAgent fred = agent("fred", 0.5);

        loop.advance(Duration.ofSeconds(17));
        loop.run();
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("suspected fred by m1");
        assertThat(mapper.agents()).singleElement().matches(AgentView::suspect);
        fred.ping(0.5);
        loop.run();
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("recovered fred by m1");
        fred.ping(0.5);
        loop.run();
        mapper.close();

        assertThat(events).isEmpty();
    }

    // ---- values of a type

    @Test
    void aTypedRequestGivesTheValue() throws Exception {
        HandAgent fred = agent("fred", 0.5);

        CompletionStage<Size> size = mapper.request("/simple/size", null, Size.class);
        fred.answer(Map.of("w", 3, "h", 4));

        assertThat(size.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo(new Size(3, 4));
    }

    @Test
    void aTypedRequestFailsAsTheAgentDid() {
        HandAgent fred = agent("fred", 0.5);

        CompletionStage<Size> size = mapper.request("/simple/size", null, Size.class);
        fred.answer(new Outcome.Failure(Verdict.FAILED, "Oops", "no such image"));

        assertThatThrownBy(() -> size.toCompletableFuture().get(10, TimeUnit.SECONDS))
                .cause()
                .isInstanceOf(CallFailedException.class)
                .hasMessage("nanite-fred: FAILED: Oops: no such image");
    }

    @Test
    void aTypedRequestRefusesWhatIsNoSuchValue() {
        HandAgent fred = agent("fred", 0.5);

        CompletionStage<Size> size = mapper.request("/simple/size", null, Size.class);
        fred.answer("wide");

        assertThatThrownBy(() -> size.toCompletableFuture().get(10, TimeUnit.SECONDS))
                .hasCauseInstanceOf(SerializationException.class);
    }

    @Test
    void anInterfaceCallsTheActorOfItsName() throws Exception {
        HandAgent fred = agent("fred", 0.5);
        Simple simple = mapper.proxy(Simple.class);

        CompletionStage<Size> size = simple.size();
        fred.answer(Map.of("w", 1, "h", 2));
        assertThat(size.toCompletableFuture().get(10, TimeUnit.SECONDS)).isEqualTo(new Size(1, 2));

        CompletableFuture<List<Size>> sizes = simple.sizes();
        fred.answer(List.of(Map.of("w", 1, "h", 2)));
        assertThat(sizes.get(10, TimeUnit.SECONDS)).containsExactly(new Size(1, 2));

        CompletableFuture<String> echo = CompletableFuture.supplyAsync(() -> simple.echo("hi"));
        answerNext(fred, "hi");
        assertThat(echo.get(10, TimeUnit.SECONDS)).isEqualTo("hi");

        CompletableFuture<Void> forgotten = CompletableFuture.runAsync(() -> simple.forget(7));
        answerNext(fred, "ignored");
        forgotten.get(10, TimeUnit.SECONDS);

        assertThat(simple.twice("ab")).isEqualTo("abab");
        assertThat(simple).hasToString("Simple at /simple").isEqualTo(simple).isNotEqualTo(mapper.proxy(Simple.class));
    }

    @Test
    void aCallThroughAnInterfaceThrowsWhatTheRequestWouldSay() {
        assertThatThrownBy(() -> mapper.proxy(Simple.class).echo("hi"))
                .isInstanceOf(NoAgentException.class)
                .hasMessageContaining("/simple/echo");
    }

    @Test
    void onlyAnInterfaceOfServicesCanBeCalled() {
        assertThatThrownBy(() -> mapper.proxy(String.class)).hasMessageContaining("expected: an interface");
        assertThatThrownBy(() -> mapper.proxy(TooMuch.class)).hasMessageContaining("2 parameters");
    }

    /** The request comes from another thread: it is answered when it is there. */
    private static void answerNext(HandAgent agent, Object value) {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (agent.work.isEmpty()) {
            assertThat(System.nanoTime() - until).as("no request within 10 s").isNegative();
            Thread.onSpinWait();
        }
        agent.answer(value);
    }

    // ---- why

    @Test
    void anExplanationNamesEveryoneAndTheirFigures() {
        agent("fred", 0.5, "blue");
        agent("bob", 0.25, "blue");
        agent("red", 0.1);
        HandAgent quiet = agent("quiet", 0.01, "blue");
        loop.advance(Duration.ofSeconds(10));
        agents.stream().filter(agent -> agent != quiet).forEach(agent -> agent.ping(0.25));
        loop.advance(Duration.ofSeconds(7));
        loop.run();

        Explanation explanation = mapper.explain(ECHO, CallOptions.DEFAULT.withTags(Set.of("blue")));

        assertThat(explanation.selector()).isEqualTo("least_loaded");
        assertThat(explanation.agents())
                .extracting(one -> one.agent().identity().name())
                .containsExactly("bob", "fred", "quiet", "red");
        assertThat(explanation.agents().stream().filter(Explanation.Considered::chosen))
                .hasSize(1)
                .allMatch(
                        one -> one.why().startsWith("chosen: load 0.250 = 0.250 reported + 0.000 (0 in flight for 4"));
        assertThat(explanation.agents().get(2).why()).startsWith("silent for too long");
        assertThat(explanation.agents().get(3).why()).isEqualTo("lacks the tags [blue]");
        assertThat(explanation.verdict()).startsWith("/simple/echo to ");
        assertThat(mapper.pending()).isZero();
    }

    @Test
    void askingWhyMovesNothing() {
        agent("fred", 0.5);
        agent("bob", 0.5);
        CallOptions turns = CallOptions.DEFAULT.withSelector("rr");

        String first = mapper.explain(ECHO, turns).verdict();
        assertThat(mapper.explain(ECHO, turns).verdict()).isEqualTo(first);
        mapper.request(ECHO, "hi", turns);

        assertThat(mapper.explain(ECHO, turns).verdict()).isNotEqualTo(first);
    }

    @Test
    void theStoryOfARequestIsRemembered() throws Exception {
        HandAgent fred = agent("fred", 0.1);
        agent("bob", 5);
        Job job = mapper.request(ECHO, "hi");
        Job other = mapper.request(ECHO, "other", CallOptions.target("bob"));

        HandAgent bob = agents.get(1);
        fred.die();
        loop.advance(Duration.ofSeconds(2));
        loop.run();
        loop.advance(Duration.ofSeconds(2));
        loop.run();
        bob.work.removeIf(work -> work.packet().token().equals(other.token()));
        bob.tell("percent", 50, 1);
        HandAgent.Work work = bob.work.get(0);
        bob.answer("done");
        bob.result((Request) work.packet(), Outcome.success("twice"));

        assertThat(mapper.why(job.token()))
                .extracting(Incident::words)
                .containsSubsequence(
                        "accepted: /simple/echo",
                        "sent, nanite-fred: least_loaded",
                        "moved, nanite-bob: nanite-fred is not connected any more",
                        "progress, nanite-bob: percent",
                        "outcome, nanite-bob: OK",
                        "ended",
                        "answer that nobody waits for, nanite-bob");
        assertThat(mapper.why(other.token())).extracting(Incident::kind).startsWith(Incident.Kind.ACCEPTED);
        assertThat(mapper.why(new Token("0".repeat(32)))).isEmpty();
    }

    @Test
    void ofAHundredAgentsTheDeadAndTheSlowAreNamedAtTheDeadline() throws Exception {
        List<HandAgent> hundred = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            hundred.add(agent("a" + i, 0.1));
        }
        CallOptions all = CallOptions.all().withTimeout(Duration.ofSeconds(5));
        Job everyone = mapper.request(ECHO, "hi", all);
        Job enough = mapper.request(ECHO, "hi", all.withMinReplies(90));

        hundred.subList(0, 3).forEach(HandAgent::die);
        hundred.subList(5, 100).forEach(agent -> agent.answer("first"));
        assertThat(everyone.isDone()).isFalse();
        hundred.subList(5, 100).forEach(agent -> agent.answer("second"));
        assertThat(enough.await().values()).hasSize(90);
        loop.advance(Duration.ofSeconds(6));
        loop.run();

        Outcomes outcomes = everyone.await();
        assertThat(outcomes.values()).hasSize(95);
        assertThat(outcomes.with(Verdict.OK)).hasSize(95);
        assertThat(outcomes.byAgent().values().stream().filter(outcome -> !outcome.ok()))
                .hasSize(5)
                .allMatch(outcome -> outcome.verdict() == Verdict.LOST || outcome.verdict() == Verdict.TIMEOUT);
        assertThat(outcomes.with(Verdict.TIMEOUT)).contains(Identity.agent("a3"), Identity.agent("a4"));
    }

    @Test
    void inBatchesTheNextIsAskedWhenOneHasAnswered() throws Exception {
        List<HandAgent> five = five();
        Job job = mapper.request(ECHO, "hi", CallOptions.all().withBatch(2));
        for (int answered = 0; answered < 5; answered++) {
            List<HandAgent> asked = asked(five);
            assertThat(asked).hasSize(Math.min(2, 5 - answered));
            assertThat(job.isDone()).isFalse();
            asked.get(0).answer("done");
            loop.run();
        }
        assertThat(job.await().values()).hasSize(5);
    }

    @Test
    void ofABatchWhoDiesMakesRoomAndWhoDiesBeforeItsTurnIsNamed() throws Exception {
        List<HandAgent> five = five();
        Job job = mapper.request(ECHO, "hi", CallOptions.all().withBatch(1));
        HandAgent first = asked(five).get(0);
        List<HandAgent> others = new ArrayList<>(five);
        others.remove(first);
        first.die();
        first.work.clear();
        others.get(3).die();
        loop.advance(Duration.ofSeconds(3));
        loop.run();
        for (HandAgent next : asked(others)) {
            for (HandAgent one = next;
                    one != null;
                    one = asked(others).stream().findFirst().orElse(null)) {
                one.answer("done");
                loop.run();
            }
        }
        // Nobody asks whether the other is there before it is its turn.
        loop.advance(Duration.ofSeconds(3));
        loop.run();

        Outcomes outcomes = job.await();
        assertThat(outcomes.with(Verdict.OK)).hasSize(3);
        assertThat(outcomes.with(Verdict.LOST)).containsExactlyInAnyOrder(first.identity, others.get(3).identity);
    }

    @Test
    void whoseTurnDoesNotComeIsNamedWhetherTimeIsUpOrEnoughHaveRepliedOrNobodyWantsItAnyMore() throws Exception {
        List<HandAgent> five = five();
        CallOptions options = CallOptions.all().withBatch(1).withTimeout(Duration.ofSeconds(5));
        Job late = mapper.request(ECHO, "hi", options);
        loop.advance(Duration.ofSeconds(6));
        loop.run();
        assertThat(late.await().with(Verdict.TIMEOUT)).hasSize(5);
        assertThat(notAsked(late)).isEqualTo(4);
        five.forEach(agent -> agent.work.clear());

        Job enough = mapper.request(ECHO, "hi", options.withMinReplies(1));
        asked(five).get(0).answer("done");
        loop.run();
        assertThat(enough.await().with(Verdict.CANCELLED)).hasSize(4);
        assertThat(notAsked(enough)).isEqualTo(4);

        Job unwanted = mapper.request(ECHO, "hi", options);
        unwanted.cancel();
        asked(five).get(0).answer(new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "while it ran"));
        loop.run();
        assertThat(unwanted.await().with(Verdict.CANCELLED)).hasSize(5);
        assertThat(notAsked(unwanted)).isEqualTo(4);
        assertThat(asked(five)).isEmpty();
    }

    private List<HandAgent> five() {
        List<HandAgent> five = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            five.add(agent("a" + i, 0.1));
        }
        return five;
    }

    private static List<HandAgent> asked(List<HandAgent> agents) {
        return agents.stream().filter(agent -> !agent.work.isEmpty()).toList();
    }

    private static long notAsked(Job job) throws InterruptedException {
        return job.await().byAgent().values().stream()
                .filter(outcome -> outcome instanceof Outcome.Failure failure
                        && failure.kind().equals("NotAsked"))
                .count();
    }

    @Test
    void anExplanationSaysWhyNobodyWouldGetIt() {
        agent("fred", 0.5);

        assertThat(mapper.explain("/no/such", CallOptions.DEFAULT).verdict()).contains("no live agent offers it");
        assertThat(mapper.explain("/no/such", CallOptions.DEFAULT.withOfflineFailsafe(true))
                        .verdict())
                .endsWith("it would wait offline");
        assertThat(mapper.explain("/no/such", CallOptions.target("fred")).agents())
                .extracting(Explanation.Considered::why)
                .containsExactly("the target, but does not offer /no/such");
        assertThat(mapper.explain(ECHO, CallOptions.DEFAULT.withSelector("nicest"))
                        .verdict())
                .contains("selector: nicest (expected: one of ");
    }
}
