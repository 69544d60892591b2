package io.nanite.agent;

import static io.nanite.agent.TestAgent.MAPPER;
import static io.nanite.agent.TestAgent.SELF;
import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.agent.actor.NestedCall;
import io.nanite.agent.actor.NestedCallException;
import io.nanite.agent.actor.NestedCallOptions;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Verdict;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Actors that ask others, and the words of a mapper that has heard it. */
class MapperClientTest {

    private static final Identity BOB = Identity.agent("bob");
    private static final Duration LEFT = Duration.ofSeconds(10);

    record Size(int w, int h) {}

    static final class Asker {

        final BlockingQueue<NestedCall> made = new LinkedBlockingQueue<>();
        final BlockingQueue<String> noted = new LinkedBlockingQueue<>();
        final Semaphore waiting = new Semaphore(0);
        final Semaphore go = new Semaphore(0);

        @Expose
        String ask(String service, ActorContext job) throws InterruptedException {
            NestedCall call = job.request(service, "hi");
            made.add(call);
            try {
                return String.valueOf(call.value(Object.class));
            } catch (NestedCallException e) {
                noted.add(e.failure().toString());
                throw e;
            }
        }

        /** Asks when it may. */
        @Expose
        String late(String service, ActorContext job) throws InterruptedException {
            waiting.release();
            go.acquire();
            return ask(service, job);
        }

        /** Asks when it has been told to stop. */
        @Expose
        String stubborn(String service, ActorContext job) throws InterruptedException {
            waiting.release();
            try {
                go.acquire();
            } catch (InterruptedException e) {
                waiting.release(); // it is told
            }
            return ask(service, job);
        }

        @Expose
        Map<String, String> each(ActorContext job) throws InterruptedException {
            NestedCall call = job.request(
                    "/other/thing",
                    1,
                    NestedCallOptions.all().withTags(Set.of("red")).withTimeout(Duration.ofSeconds(3)));
            Map<String, String> verdicts = new LinkedHashMap<>();
            call.await()
                    .forEach((agent, outcome) ->
                            verdicts.put(agent.name(), outcome.verdict().name()));
            return verdicts;
        }

        @Expose
        CompletionStage<Size> size(ActorContext job) {
            return job.request("/other/size", null, Size.class, NestedCallOptions.target("bob"));
        }

        @Expose
        CompletionStage<String> told(ActorContext job) {
            NestedCall call = job.request("/other/thing", null)
                    .onProgress(
                            news -> noted.add(news.key() + " " + news.message().value()));
            return call.outcomes().thenApply(outcomes -> "end");
        }

        @Expose
        CompletionStage<String> push(ActorContext job) {
            return job.push("/other/thing", "x").thenApply(Token::value);
        }

        @Expose
        String many(int calls, ActorContext job) throws InterruptedException {
            NestedCall last = job.request("/other/thing", 0);
            for (int i = 1; i < calls; i++) {
                last = job.request("/other/thing", i);
            }
            return String.valueOf(last.value(Object.class));
        }
    }

    private final Asker asker = new Asker();
    private final ManualLoop loop = new ManualLoop();
    private final InMemoryBroker broker = InMemoryBroker.threaded();
    private final InMemoryTransport agentSide = broker.transport("agent");
    private final InMemoryTransport mapperSide = broker.transport("mapper");
    private final Serializer serializer = new JsonSerializer();
    private final PacketSender sender = new PacketSender(serializer, mapperSide);
    private final BlockingQueue<Packet> heard = new LinkedBlockingQueue<>();
    private final BlockingQueue<Result> results = new LinkedBlockingQueue<>();
    private final Agent agent =
            Agent.create(AgentConfig.of(SELF).withGrace(Duration.ZERO), agentSide, new AgentModule() {
                @Override
                protected void configure() {
                    actor(asker);
                    loop(loop);
                }
            });

    @BeforeEach
    void start() {
        mapperSide.start(new TransportListener() {});
        mapperSide.subscribe(Source.presence(MAPPER), this::hear);
        mapperSide.subscribe(Source.replies(MAPPER), this::hear);
        agent.start();
    }

    /** From now on there is a queue for what agents ask. */
    private void listen() {
        mapperSide.subscribe(Source.requests(20_000), this::hear);
    }

    private void hear(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            Packet packet = serializer.read(part.body(), part.contentType());
            if (packet instanceof Result result) {
                results.add(result); // it may come before or behind what else a mapper hears
            } else {
                heard.add(packet);
            }
            part.settle();
        }
    }

    @AfterEach
    void leave() {
        agent.close();
        mapperSide.close();
        assertThat(loop.failures()).isEmpty();
    }

    private <P extends Packet> P next(Class<P> kind) throws InterruptedException {
        while (true) {
            Packet packet = heard.poll(10, TimeUnit.SECONDS);
            assertThat(packet).as("a %s within 10 s", kind.getSimpleName()).isNotNull();
            if (kind.isInstance(packet)) {
                return kind.cast(packet);
            }
        }
    }

    private Metadata asked() {
        return new Metadata(
                loop.time().now().plus(LEFT).toEpochMilli(),
                1,
                1,
                "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                List.of(Service.parse("/first/one")));
    }

    private Request outer(String method, Object payload) {
        return outer(method, payload, asked());
    }

    private Request outer(String method, Object payload, Metadata metadata) {
        Request request = TestAgent.request("/asker/" + method, payload).with(metadata);
        sender.request(SELF, request, false);
        return request;
    }

    private void answer(Request nested, Outcome outcome) {
        reply(new Results(nested.token(), SELF, MAPPER, Map.of(BOB, outcome)));
    }

    private void reply(Reply reply) {
        var unused = sender.answerAsker(Address.controlOf(SELF), reply);
    }

    private Outcome end() throws InterruptedException {
        Result result = results.poll(10, TimeUnit.SECONDS);
        assertThat(result).as("a result within 10 s").isNotNull();
        return result.outcome();
    }

    private String failure() throws InterruptedException {
        return ((Outcome.Failure) end()).message();
    }

    @Test
    void aQuestionGoesToTheMappersAndSaysWhereItComesFrom() throws Exception {
        listen();
        Request outer = outer("ask", "/other/thing");

        Request nested = next(Request.class);

        assertThat(nested.from()).isEqualTo(SELF);
        assertThat(nested.replyTo()).isNull();
        assertThat(nested.target()).isNull();
        assertThat(nested.token()).isNotEqualTo(outer.token());
        assertThat(nested.payload().value()).isEqualTo("hi");
        assertThat(nested.metadata())
                .as("no more time than is left, and the trace goes on")
                .isEqualTo(new Metadata(
                        outer.metadata().deadline(),
                        1,
                        2,
                        outer.metadata().traceparent(),
                        List.of(Service.parse("/first/one"), Service.parse("/asker/ask"))));
        answer(nested, Outcome.success(List.of(1)));
        assertThat(end()).isEqualTo(Outcome.success("[1]"));
    }

    @Test
    void aQuestionToAllHasAnOutcomeOfEachAndItsOwnTimeOut() throws Exception {
        listen();
        outer("each", 0);

        Request nested = next(Request.class);
        assertThat(nested.selector()).isEqualTo("all");
        assertThat(nested.tags()).containsExactly("red");
        assertThat(nested.metadata().deadline())
                .isEqualTo(loop.time().now().plus(Duration.ofSeconds(3)).toEpochMilli());
        Map<Identity, Outcome> outcomes = new LinkedHashMap<>();
        outcomes.put(BOB, Outcome.success(1));
        outcomes.put(Identity.agent("eve"), new Outcome.Failure(Verdict.LOST, "AgentLost", "gone"));
        reply(new Results(nested.token(), SELF, MAPPER, outcomes));

        assertThat(end()).isEqualTo(Outcome.success(Map.of("bob", "OK", "eve", "LOST")));
    }

    @Test
    void aQuestionForAValueGetsItOrFailsAsTheAgentDid() throws Exception {
        listen();
        outer("size", 0);
        Request nested = next(Request.class);
        assertThat(nested.target()).isEqualTo(BOB);
        assertThat(nested.selector()).isEqualTo("target");
        answer(nested, Outcome.success(Map.of("w", 2, "h", 3)));
        assertThat(end()).isEqualTo(Outcome.success(Map.of("w", 2, "h", 3)));

        outer("size", 0);
        answer(next(Request.class), new Outcome.Failure(Verdict.FAILED, "Oops", "no way"));
        assertThat(failure()).isEqualTo("FAILED: Oops: no way");
    }

    @Test
    void newsComeInOrderBeforeTheEndAndOnce() throws Exception {
        listen();
        outer("told", 0);
        Token token = next(Request.class).token();

        for (long sequence : new long[] {1, 2, 2, 1, 3}) {
            reply(new IntermediateMessage(token, SELF, BOB, "step", Payload.of(sequence), sequence));
        }
        reply(new Results(token, SELF, MAPPER, Map.of(BOB, Outcome.success(1))));

        assertThat(end()).isEqualTo(Outcome.success("end"));
        assertThat(asker.noted).containsExactly("step 1", "step 2", "step 3");
    }

    @Test
    void answersOfOthersAndForOthersAreDropped() throws Exception {
        listen();
        outer("ask", "/other/thing");
        Request nested = next(Request.class);

        reply(new Result(nested.token(), SELF, BOB, Outcome.success("forged"), 1));
        reply(new Results(nested.token(), BOB, MAPPER, Map.of(BOB, Outcome.success("not mine"))));
        reply(new Results(new Token("unknown"), SELF, MAPPER, Map.of(BOB, Outcome.success("unknown"))));
        answer(nested, Outcome.success("right"));
        answer(nested, Outcome.success("twice"));

        assertThat(end()).isEqualTo(Outcome.success("right"));
    }

    @Test
    void aMapperThatKnowsNoControlQueueIsHeardToo() throws Exception {
        listen();
        outer("ask", "/other/thing");
        Request nested = next(Request.class);

        sender.tell(SELF, new Results(nested.token(), SELF, MAPPER, Map.of(BOB, Outcome.success("right"))));
        assertThat(end()).isEqualTo(Outcome.success("right"));

        outer("ask", "/other/thing");
        Token second = next(Request.class).token();
        sender.tell(SELF, new Result(second, SELF, MAPPER, Outcome.success(null), -1));
        assertThat(failure()).isEqualTo("FAILED: NoAgent: /other/thing: nobody could do it");
    }

    @Test
    void whereNoMapperHasEverBeenAQuestionFailsAtOnce() throws Exception {
        outer("ask", "/other/thing");
        assertThat(failure()).startsWith("FAILED: NoMapper: /other/thing: there is no queue for requests of agents");
        outer("push", 0);
        assertThat(failure()).startsWith("FAILED: NoMapper: /other/thing: ");
    }

    @Test
    void whatNoMapperAnswersTimesOutWithTheJobThatAsks() throws Exception {
        listen();
        outer("ask", "/other/thing");
        next(Request.class);

        loop.advance(LEFT.plusSeconds(1));

        assertThat(failure()).isEqualTo("TIMEOUT: TimedOut: /other/thing: no mapper answered in time");
    }

    @Test
    void whatHasNoTimeLeftIsNotSent() throws Exception {
        listen();
        outer("ask", "/other/thing");
        Request first = next(Request.class);
        NestedCall call = asker.made.take();
        loop.advance(LEFT);
        answer(first, Outcome.success("x"));
        call.await();
        assertThat(end().ok()).isTrue();

        // A deadline lies behind when its millisecond is over: this one has begun and has nothing left.
        outer("ask", "/other/thing", asked().withDeadline(loop.time().now().toEpochMilli()));

        assertThat(failure()).startsWith("TIMEOUT: Expired: /other/thing: no time is left");
        assertThat(heard).noneMatch(packet -> packet instanceof Deliverable);
    }

    @Test
    void whatIsTooDeepIsNotSentAndNamesTheWay() throws Exception {
        listen();
        Metadata deep = asked();
        while (deep.hop() < Metadata.MOST_HOPS) {
            deep = deep.nested(Service.parse(deep.hop() % 2 == 0 ? "/a/x" : "/b/y"), deep.deadline());
        }

        outer("ask", "/other/thing", deep);

        assertThat(failure())
                .startsWith("REFUSED: TooDeep: /first/one → /b/y → /a/x → ")
                .endsWith(" → /asker/ask → /other/thing (expected: at most 16 calls inside one another)");
        outer("push", 0, deep);
        assertThat(failure()).startsWith("REFUSED: TooDeep: ");
        assertThat(heard).noneMatch(packet -> packet instanceof Deliverable);
    }

    @Test
    void aJobThatIsCancelledCancelsWhatItAskedFor() throws Exception {
        listen();
        Request outer = outer("ask", "/other/thing");
        Request nested = next(Request.class);
        NestedCall call = asker.made.take();

        sender.tellControl(SELF, new Cancel(outer.token(), MAPPER));

        Cancel cancel = next(Cancel.class);
        assertThat(cancel).isEqualTo(new Cancel(nested.token(), SELF));
        assertThat(failure()).isEqualTo("cancelled while it ran");
        answer(nested, new Outcome.Failure(Verdict.CANCELLED, "Cancelled", "while it ran"));
        assertThat(call.await())
                .hasEntrySatisfying(BOB, one -> assertThat(one.verdict()).isEqualTo(Verdict.CANCELLED));
    }

    @Test
    void aJobThatHasBeenCancelledAsksNobody() throws Exception {
        listen();
        Request outer = outer("stubborn", "/other/thing");
        asker.waiting.acquire();

        sender.tellControl(SELF, new Cancel(outer.token(), MAPPER));

        assertThat(asker.noted.poll(10, TimeUnit.SECONDS)).contains("cancelled before it was sent");
        end();
        assertThat(heard).noneMatch(packet -> packet instanceof Deliverable);
    }

    @Test
    void whatIsCancelledEndsAlthoughNobodySaysSo() throws Exception {
        listen();
        outer("ask", "/other/thing");
        next(Request.class);
        NestedCall call = asker.made.take();

        call.cancel();
        call.cancel();
        next(Cancel.class);
        loop.advance(Duration.ofSeconds(3));

        assertThat(failure()).startsWith("CANCELLED: Cancelled: ");
        assertThat(heard).noneMatch(packet -> packet instanceof Cancel);
    }

    @Test
    void afterABrokenLinkWhatIsOpenIsAskedAgainUnderItsToken() throws Exception {
        listen();
        outer("ask", "/other/thing");
        Request nested = next(Request.class);

        agentSide.disconnect();
        agentSide.reconnect();

        assertThat(next(Request.class)).isEqualTo(nested);
        answer(nested, Outcome.success("right"));
        // The outer job came again as well, and waited for the first.
        assertThat(end()).isEqualTo(Outcome.success("right"));
    }

    @Test
    void aControlQueueThatWasGoneIsAReasonToAskAgain() throws Exception {
        listen();
        outer("ask", "/other/thing");
        Request nested = next(Request.class);

        broker.delete(SELF + ".control");

        assertThat(next(Request.class)).isEqualTo(nested);
        answer(nested, Outcome.success("right"));
        assertThat(end()).isEqualTo(Outcome.success("right"));
    }

    @Test
    void whatABrokerDoesNotTakeFails() throws Exception {
        listen();
        outer("late", "/other/thing");
        asker.waiting.acquire();
        broker.block("short of memory");
        asker.go.release();
        asker.made.take();

        broker.endWaiting();

        assertThat(asker.noted.poll(10, TimeUnit.SECONDS)).contains("kind=BrokerBlocked");
        broker.unblock(Duration.ofSeconds(5));
        assertThat(failure()).startsWith("FAILED: BrokerBlocked: /other/thing: ");
        assertThat(heard).noneMatch(packet -> packet instanceof Deliverable);
    }

    @Test
    void noMoreCallsAreOpenedThanMayBe() throws Exception {
        listen();
        outer("many", 10_001);

        assertThat(failure())
                .isEqualTo("REFUSED: Overloaded: open calls to other agents: 10001 (expected: at most 10000)");
    }

    @Test
    void aPushIsDoneWhenTheBrokerHasIt() throws Exception {
        listen();
        outer("push", 0);

        Push push = next(Push.class);

        assertThat(push.from()).isEqualTo(SELF);
        assertThat(push.metadata().deadline()).isZero();
        assertThat(push.metadata().path()).endsWith(Service.parse("/asker/push"));
        assertThat(end()).isEqualTo(Outcome.success(push.token().value()));
    }

    @Test
    void anAgentThatClosesEndsItsCallsAndHasThemCancelled() throws Exception {
        listen();
        List<Token> asked = new ArrayList<>();
        outer("told", 0);
        asked.add(next(Request.class).token());

        agent.close();

        assertThat(next(Cancel.class).token()).isEqualTo(asked.get(0));
    }
}
