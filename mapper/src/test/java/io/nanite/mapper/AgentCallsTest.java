package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.packet.Verdict;
import io.nanite.core.security.Decision;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportListener;
import io.nanite.mapper.selector.Selectors;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import io.nanite.testkit.ManualLoop;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What agents ask of mappers, with agents that are played by hand. */
class AgentCallsTest {

    private static final String ECHO = "/simple/echo";
    private static final TokenSource TOKENS = TokenSource.secure();

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final List<AutoCloseable> open = new ArrayList<>();
    private final InMemoryTransport link = broker.transport("mapper");
    private final Mapper mapper = mapper("m1", link);
    private final HandAgent boss = agent("boss", "/boss/work");

    @AfterEach
    void close() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        assertThat(loop.failures()).isEmpty();
    }

    private Mapper mapper(String name, Transport transport) {
        Mapper mapper = Mapper.with(MapperConfig.named(name))
                .loop(loop)
                .selectors(Selectors.standard(new SplittableRandom(1)).with("broken", (demand, able) -> {
                    throw new IllegalStateException("planted");
                }))
                .authorizer(packet -> packet instanceof Deliverable work
                                && work.service().method().equals("secret")
                        ? Decision.denied("it is secret")
                        : Decision.allowed())
                .start(transport);
        open.add(mapper);
        loop.run();
        return mapper;
    }

    private HandAgent agent(String name, String... services) {
        HandAgent agent = new HandAgent(broker, name).offering(services);
        open.add(agent);
        agent.register(0.5);
        loop.run();
        return agent;
    }

    private Metadata nested(Duration left) {
        return Metadata.NONE.nested(
                Service.parse("/boss/work"), loop.time().now().plus(left).toEpochMilli());
    }

    private Request request(String service) {
        return request(service, "least_loaded", nested(Duration.ofSeconds(30)));
    }

    private Request request(String service, String selector, Metadata metadata) {
        return new Request(
                Service.parse(service),
                Payload.of("hi"),
                boss.identity,
                TOKENS.next(),
                null,
                selector,
                null,
                false,
                Set.of(),
                false,
                metadata);
    }

    private Push push(String service) {
        return push(service, "least_loaded");
    }

    private Push push(String service, String selector) {
        return new Push(
                Service.parse(service),
                Payload.of("hi"),
                boss.identity,
                TOKENS.next(),
                selector,
                null,
                false,
                Set.of(),
                nested(Duration.ZERO).withDeadline(0));
    }

    private void pass(Duration time) {
        loop.advance(time);
        loop.run();
    }

    /** Past the time in which a mapper that has just come may not have heard of everybody. */
    private void settleIn() {
        pass(Duration.ofSeconds(3));
    }

    private Map<Identity, Outcome> outcomes() {
        assertThat(boss.heard).hasSize(1).allMatch(reply -> reply instanceof Results);
        return ((Results) boss.heard.get(0)).outcomes();
    }

    private Outcome.Failure refusal() {
        assertThat(boss.heard).hasSize(1);
        return (Outcome.Failure) ((Result) boss.heard.get(0)).outcome();
    }

    // ---- requests

    @Test
    void whatAnAgentAsksForIsDoneUnderItsTokenAndGoesBackToIt() {
        HandAgent fred = agent("fred", ECHO);
        Request asked = request(ECHO);

        boss.ask(asked);

        Request done = fred.request();
        assertThat(done.token()).isEqualTo(asked.token());
        assertThat(done.from()).isEqualTo(boss.identity);
        assertThat(done.replyTo()).isEqualTo(mapper.identity());
        assertThat(done.metadata()).isEqualTo(asked.metadata());
        assertThat(done.target()).isEqualTo(fred.identity);
        fred.tell("percent", 50, 1);
        assertThat(boss.heard)
                .containsExactly(new IntermediateMessage(
                        asked.token(), boss.identity, fred.identity, "percent", Payload.of(50), 1));
        fred.answer("ho");
        assertThat(boss.heard)
                .last()
                .isEqualTo(new Results(
                        asked.token(), boss.identity, mapper.identity(), Map.of(fred.identity, Outcome.success("ho"))));
        assertThat(mapper.pending()).isZero();
        assertThat(mapper.why(asked.token())).extracting(Incident::kind).contains(Incident.Kind.CHOSEN);
    }

    @Test
    void aRequestToAllEndsWithAnOutcomeOfEach() {
        HandAgent fred = agent("fred", ECHO);
        HandAgent bob = agent("bob", ECHO);

        boss.ask(request(ECHO, "all", nested(Duration.ofSeconds(5))));
        fred.answer("f");
        assertThat(boss.heard).isEmpty();
        pass(Duration.ofSeconds(6));

        assertThat(outcomes())
                .containsEntry(fred.identity, Outcome.success("f"))
                .hasSize(2);
        assertThat(outcomes()).hasEntrySatisfying(bob.identity, one -> assertThat(one.verdict())
                .isEqualTo(Verdict.TIMEOUT));
    }

    @Test
    void ofTwoMappersOneDoesIt() {
        mapper("m2", broker.transport("m2"));
        HandAgent fred = agent("fred", ECHO);

        for (int i = 0; i < 10; i++) {
            boss.ask(request(ECHO));
        }

        assertThat(fred.work).hasSize(10);
        assertThat(fred.work.stream().map(work -> ((Request) work.packet()).replyTo()))
                .as("both take their share")
                .contains(Identity.mapper("m1"), Identity.mapper("m2"));
    }

    @Test
    void whatAMapperHasNotEndedWhenItClosesAnotherDoesUnderTheSameToken() {
        HandAgent fred = agent("fred", ECHO);
        Request asked = request(ECHO);
        boss.ask(asked);
        mapper("m2", broker.transport("m2"));
        fred.register(0.5);
        loop.run();

        mapper.close();
        loop.run();

        assertThat(boss.heard).isEmpty();
        assertThat(fred.work).hasSize(2).allMatch(work -> work.packet().token().equals(asked.token()));
        assertThat(((Request) fred.work.get(1).packet()).replyTo()).isEqualTo(Identity.mapper("m2"));
        fred.work.remove(0);
        fred.answer("ho");
        assertThat(outcomes()).containsEntry(fred.identity, Outcome.success("ho"));
    }

    @Test
    void whatAMapperHasNotEndedWhenItsConnectionBreaksAnotherDoes() {
        HandAgent fred = agent("fred", ECHO);
        boss.ask(request(ECHO));
        mapper("m2", broker.transport("m2"));
        fred.register(0.5);
        loop.run();

        link.disconnect();
        loop.run();

        assertThat(((Request) fred.work.get(1).packet()).replyTo()).isEqualTo(Identity.mapper("m2"));
    }

    @Test
    void whatComesAgainToTheMapperThatHasItIsNotDoneAgain() {
        HandAgent fred = agent("fred", ECHO);
        Request asked = request(ECHO);
        boss.ask(asked);

        boss.ask(asked);

        assertThat(fred.work).hasSize(1);
        fred.answer("ho");
        assertThat(outcomes()).hasSize(1);
        mapper.close();
        assertThat(broker.waiting("request")).as("both are settled").isZero();
    }

    @Test
    void anAgentThatKnowsNoControlQueueIsAnsweredAtItsOwn() {
        HandAgent fred = agent("fred", ECHO);

        boss.ask(request(ECHO, "least_loaded", Metadata.NONE));
        assertThat(fred.request().metadata().deadline())
                .as("the mapper's own time-out")
                .isPositive();
        broker.delete("nanite-boss.control");
        fred.answer("ho");

        assertThat(outcomes()).containsEntry(fred.identity, Outcome.success("ho"));
    }

    @Test
    void oneThatIsNotEndedInTheTimeThatABrokerGivesIsSettledAndAnsweredAllTheSame() {
        HandAgent fred = agent("fred", ECHO);
        boss.ask(request(ECHO, "least_loaded", nested(Duration.ofHours(1))));

        for (int minute = 0; minute < 16; minute++) {
            fred.ping(0.5);
            boss.ping(0.5);
            pass(Duration.ofSeconds(14));
            for (int i = 0; i < 4; i++) {
                fred.ping(0.5);
                boss.ping(0.5);
                pass(Duration.ofSeconds(12));
            }
        }
        link.disconnect();
        assertThat(broker.waiting("request")).isZero();
        link.reconnect();
        loop.run();
        fred.answer("ho");

        assertThat(outcomes()).containsEntry(fred.identity, Outcome.success("ho"));
    }

    @Test
    void anAnswerWaitsForAnAgentThatIsConnectingAgain() {
        HandAgent fred = agent("fred", ECHO);
        Request asked = request(ECHO);
        boss.ask(asked);
        boss.die();

        fred.answer("ho");
        assertThat(mapper.pending()).isZero();
        boss.revive();
        boss.ask(asked); // as agents do after a broken link
        pass(Duration.ofSeconds(1));

        assertThat(outcomes()).containsEntry(fred.identity, Outcome.success("ho"));
        assertThat(fred.work).as("not done again").isEmpty();
        mapper.close();
        assertThat(broker.waiting("request")).isZero();
    }

    @Test
    void anAnswerThatNobodyTakesIsDroppedAtTheDeadline() {
        HandAgent fred = agent("fred", ECHO);
        boss.ask(request(ECHO));
        boss.die();
        fred.answer("ho");

        for (int i = 0; i < 12; i++) {
            fred.ping(0.5);
            pass(Duration.ofSeconds(5));
        }

        mapper.close();
        assertThat(broker.waiting("request")).isZero();
    }

    // ---- nobody

    @Test
    void whatWaitedForAMapperDoesNotFailBecauseThatHasJustCome() {
        boss.ask(request(ECHO));
        pass(Duration.ofMillis(500));
        assertThat(boss.heard).isEmpty();

        HandAgent fred = agent("fred", ECHO);
        pass(Duration.ofMillis(200));
        fred.answer("ho");

        assertThat(outcomes()).hasSize(1);
    }

    @Test
    void theTimeThatAMapperTakesToConnectIsNoneInWhichItHears() {
        link.disconnect(); // the only mapper so far
        boss.ask(request(ECHO));
        InMemoryTransport late = broker.transport("late");
        Transport slow = (Transport) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Transport.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("start")) {
                        pass(Duration.ofSeconds(10));
                    }
                    return method.invoke(late, arguments);
                });
        mapper("m2", slow);
        pass(Duration.ofMillis(500));
        assertThat(boss.heard).isEmpty();

        HandAgent fred = agent("fred", ECHO);
        pass(Duration.ofMillis(200));
        fred.answer("ho");

        assertThat(outcomes()).hasSize(1);
    }

    @Test
    void whatNobodyCanDoFailsAtOnce() {
        settleIn();

        boss.ask(request(ECHO));

        assertThat(refusal().kind()).isEqualTo("NoAgent");
        assertThat(refusal().message()).isEqualTo("/simple/echo: no live agent offers it");
    }

    @Test
    void whatMayNotBeOrCannotBeIsRefusedWithTheReason() {
        settleIn();
        agent("fred", ECHO);
        Metadata deep = nested(Duration.ofSeconds(5));
        while (!deep.isTooDeep()) {
            deep = deep.nested(Service.parse("/boss/work"), deep.deadline());
        }
        List<Request> all = List.of(
                request("/simple/secret"),
                request(ECHO, "least_loaded", deep),
                request(ECHO, "no_such", nested(Duration.ofSeconds(5))),
                request(ECHO, "least_loaded", nested(Duration.ofSeconds(-1))),
                request(ECHO, "target", nested(Duration.ofSeconds(5))));

        all.forEach(boss::ask);

        assertThat(boss.heard.stream().map(reply -> (Outcome.Failure) ((Result) reply).outcome()))
                .extracting(failure -> failure.verdict() + " " + failure.kind())
                .containsExactly(
                        "REFUSED Refused",
                        "REFUSED TooDeep",
                        "REFUSED UnknownSelector",
                        "TIMEOUT Expired",
                        "REFUSED UnknownSelector");
        assertThat(((Outcome.Failure) ((Result) boss.heard.get(1)).outcome()).message())
                .startsWith("/boss/work → /boss/work → ")
                .endsWith(" → /simple/echo (expected: at most 16 calls inside one another)");
        mapper.close();
        assertThat(broker.waiting("request")).isZero();
    }

    @Test
    void aSelectorThatThrowsFailsTheCallAndNothingElse() {
        settleIn();
        broker.declare("dead-letter");
        HandAgent fred = agent("fred", ECHO);

        boss.ask(request(ECHO, "broken", nested(Duration.ofSeconds(5))));
        boss.ask(push(ECHO, "broken"));

        assertThat(refusal())
                .isEqualTo(new Outcome.Failure(
                        Verdict.FAILED,
                        "HookFailed",
                        "the selector broken threw java.lang.IllegalStateException: planted (expected: no exception)"));
        assertThat(broker.waiting("dead-letter")).isEqualTo(1);
        boss.ask(request(ECHO));
        assertThat(fred.work).hasSize(1);
    }

    @Test
    void aTokenThatSomebodyElseUsesIsRefused() throws Exception {
        HandAgent fred = agent("fred", ECHO);
        Job own = mapper.request(ECHO, "mine");
        Request stolen = request(ECHO);

        boss.ask(new Request(
                stolen.service(),
                stolen.payload(),
                boss.identity,
                own.token(),
                null,
                "least_loaded",
                null,
                false,
                Set.of(),
                false,
                stolen.metadata()));

        assertThat(refusal().kind()).isEqualTo("TokenInUse");
        fred.answer("ho");
        assertThat(own.await().ok()).isTrue();
    }

    @Test
    void whatIsNoQuestionOfAnAgentIsADeadLetter() {
        InMemoryTransport stranger = broker.transport("stranger");
        open.add(stranger);
        stranger.start(new TransportListener() {});
        broker.declare("dead-letter");

        stranger.send(new Parcel(Address.REQUEST, Bytes.of("no packet"), "text/plain", null, false, false, Map.of()));

        assertThat(broker.waiting("dead-letter")).isEqualTo(1);
        Map<String, String> headers = new HashMap<>();
        stranger.subscribe(new Source("dead-letter", Source.Lifetime.SHARED, List.of(), 1), delivery -> {
            for (String name : List.of("x-reason", "x-source", "x-at")) {
                headers.put(name, String.valueOf(delivery.parts().get(0).header(name)));
            }
        });
        assertThat(headers)
                .containsEntry("x-source", "request")
                .containsEntry(
                        "x-at", loop.time().now().truncatedTo(ChronoUnit.MILLIS).toString());
        mapper.close();
        assertThat(broker.waiting("request")).isZero();
    }

    // ---- agents that die

    @Test
    void whatADeadAgentHadIsGivenToAnotherAndNotSavedTwice() {
        HandAgent fred = agent("fred", ECHO);
        boss.ask(request(ECHO));
        fred.die();
        HandAgent bob = agent("bob", ECHO);
        for (int i = 0; i < 12; i++) {
            boss.ping(0.5);
            bob.ping(0.5);
            pass(Duration.ofSeconds(5));
        }

        assertThat(bob.work).hasSize(1);
    }

    // ---- cancelling

    @Test
    void whatIsCancelledIsCancelledWhereverItIs() {
        mapper("m2", broker.transport("m2"));
        HandAgent fred = agent("fred", ECHO);
        Request asked = request(ECHO);
        boss.ask(asked);

        boss.cancel(asked.token());
        loop.run();

        assertThat(fred.cancelled).containsExactly(asked.token());
        fred.answer(new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "cancelled while it ran"));
        assertThat(outcomes()).hasEntrySatisfying(fred.identity, one -> assertThat(one.verdict())
                .isEqualTo(Verdict.CANCELLED));
    }

    @Test
    void whatIsCancelledBeforeItCameIsNotBegun() {
        HandAgent fred = agent("fred", ECHO);
        Request asked = request(ECHO);

        boss.cancel(asked.token());
        boss.ask(asked);

        assertThat(fred.work).isEmpty();
        assertThat(refusal().verdict()).isEqualTo(Verdict.CANCELLED);
    }

    @Test
    void whatWaitsForSomebodyToComeCanBeCancelled() {
        Request asked = request(ECHO);
        boss.ask(asked);

        boss.cancel(asked.token());
        pass(Duration.ofMillis(200));

        assertThat(refusal().verdict()).isEqualTo(Verdict.CANCELLED);
    }

    @Test
    void nobodyCancelsWhatSomebodyElseAskedFor() {
        HandAgent fred = agent("fred", ECHO);
        Request asked = request(ECHO);
        boss.ask(asked);

        fred.cancel(asked.token());
        loop.run();

        assertThat(fred.cancelled).isEmpty();
    }

    // ---- pushes

    @Test
    void whatAnAgentPushesReachesOneAgent() {
        mapper("m2", broker.transport("m2"));
        HandAgent fred = agent("fred", ECHO);
        Push pushed = push(ECHO);

        boss.ask(pushed);

        assertThat(fred.work).hasSize(1);
        Packet packet = fred.work.get(0).packet();
        assertThat(packet).isInstanceOf(Push.class);
        assertThat(((Push) packet).token()).isEqualTo(pushed.token());
        assertThat(((Push) packet).from()).isEqualTo(boss.identity);
        assertThat(((Push) packet).metadata().path()).containsExactly(Service.parse("/boss/work"));
    }

    @Test
    void aPushThatNobodyCanDoIsADeadLetter() {
        settleIn();
        broker.declare("dead-letter");

        boss.ask(push(ECHO));
        boss.ask(push("/simple/secret"));

        assertThat(broker.waiting("dead-letter")).isEqualTo(2);
        mapper.close();
        assertThat(broker.waiting("request")).isZero();
    }

    @Test
    void aPushThatWaitedForAMapperIsGivenOutWhenSomebodyComes() {
        boss.ask(push(ECHO));

        HandAgent fred = agent("fred", ECHO);
        pass(Duration.ofMillis(200));

        assertThat(fred.work).hasSize(1);
    }
}
