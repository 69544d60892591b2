package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.inject.Inject;
import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import io.nanite.agent.actor.Interceptor;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Verdict;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What actors may look like, and what becomes of what they return and throw. */
class ActorCallsTest {

    record Size(int width, int height) {}

    static class Shapes {

        @Expose
        String nothing() {
            return "called";
        }

        @Expose
        String text(String payload) {
            return payload.toUpperCase(java.util.Locale.ROOT);
        }

        @Expose
        int number(int payload) {
            return payload + 1;
        }

        @Expose
        Size record(Size size) {
            return new Size(/* width= */ size.height(), /* height= */ size.width());
        }

        @Expose
        int area(List<Size> sizes) {
            return sizes.stream().mapToInt(size -> size.width() * size.height()).sum();
        }

        @Expose
        List<String> many(String[] names) {
            return List.of(names);
        }

        @Expose
        @Nullable
        Object plain(@Nullable Object payload) {
            return payload == null ? "null" : payload;
        }

        @Expose
        Payload untouched(Payload payload) {
            return payload;
        }

        @Expose
        String context(ActorContext job) {
            return job.service().path();
        }

        @Expose
        String both(String payload, ActorContext job) {
            return payload + " for " + job.from();
        }

        @Expose("named-otherwise")
        String renamed() {
            return "renamed";
        }
    }

    @Test
    void aMethodTakesNothingThePayloadTheContextOrBoth() {
        try (TestAgent test = TestAgent.hosting(new Shapes())) {
            assertThat(test.call("/shapes/nothing", "ignored")).isEqualTo("called");
            assertThat(test.call("/shapes/text", "hi")).isEqualTo("HI");
            assertThat(test.call("/shapes/context", null)).isEqualTo("/shapes/context");
            assertThat(test.call("/shapes/both", "hi")).isEqualTo("hi for mapper-web1");
            assertThat(test.call("/shapes/named-otherwise", null)).isEqualTo("renamed");
        }
    }

    @Test
    void thePayloadArrivesAsTheTypeOfTheParameter() {
        try (TestAgent test = TestAgent.hosting(new Shapes())) {
            assertThat(test.call("/shapes/number", 41)).asString().isEqualTo("42");
            assertThat(test.call("/shapes/record", new Size(1, 2))).hasToString("{width=2, height=1}");
            assertThat(test.call("/shapes/area", List.of(new Size(2, 3), new Size(4, 5))))
                    .asString()
                    .isEqualTo("26");
            assertThat(test.call("/shapes/many", List.of("a", "b"))).isEqualTo(List.of("a", "b"));
            assertThat(test.call("/shapes/plain", Map.of("a", "b"))).isEqualTo(Map.of("a", "b"));
            assertThat(test.call("/shapes/plain", null)).isEqualTo("null");
            assertThat(test.call("/shapes/untouched", List.of("x"))).isEqualTo(List.of("x"));
        }
    }

    @Test
    void aPayloadThatDoesNotFitIsTheCallersFailure() {
        try (TestAgent test = TestAgent.hosting(new Shapes())) {
            for (Outcome.Failure failure : List.of(
                    test.failure("/shapes/number", "many"),
                    test.failure("/shapes/number", null),
                    test.failure("/shapes/record", "wide"))) {
                assertThat(failure.verdict()).isEqualTo(Verdict.FAILED);
                assertThat(failure.kind()).isEqualTo("BadPayload");
                assertThat(failure.message()).contains("/shapes/");
            }
            assertThat(test.agent.tally().executed()).isZero();
        }
    }

    static class Simple {
        @Expose
        String echo(String payload) {
            return payload;
        }

        public String hidden() {
            return "secret";
        }
    }

    @Test
    void nothingButWhatIsExposedCanBeCalled() {
        try (TestAgent test = TestAgent.hosting(new Simple())) {
            for (String method :
                    List.of("hidden", "get_class", "getClass", "hashCode", "toString", "notify", "wait", "Echo")) {
                Outcome.Failure failure = test.failure("/simple/" + method, null);
                assertThat(failure.kind()).isEqualTo("NoSuchService");
                assertThat(failure.message()).contains("/simple/" + method).contains("nanite-fred");
            }
        }
    }

    static class Returns {

        @Expose
        void nothing() {}

        @Expose
        Optional<String> some() {
            return Optional.of("some");
        }

        @Expose
        Optional<String> none() {
            return Optional.empty();
        }

        @Expose
        CompletionStage<String> later() {
            return CompletableFuture.supplyAsync(() -> "later");
        }

        @Expose
        CompletionStage<String> failsLater() {
            return CompletableFuture.failedFuture(new IOException("disk gone"));
        }

        @Expose
        Outcome outcome() {
            return new Outcome.Failure(Verdict.REFUSED, "Closed", "come back tomorrow");
        }

        @Expose
        Object cyclic() {
            List<Object> cycle = new ArrayList<>();
            cycle.add(cycle);
            return cycle;
        }

        @Expose
        Object unwritable() {
            return new Thread("unwritable");
        }
    }

    @Test
    void whateverAnActorReturnsIsTheResult() {
        try (TestAgent test = TestAgent.hosting(new Returns())) {
            assertThat(test.call("/returns/nothing", null)).isNull();
            assertThat(test.call("/returns/some", null)).isEqualTo("some");
            assertThat(test.call("/returns/none", null)).isNull();
            assertThat(test.call("/returns/later", null)).isEqualTo("later");
            Outcome.Failure later = test.failure("/returns/failsLater", null);
            assertThat(later.kind()).isEqualTo("IOException");
            assertThat(later.message()).isEqualTo("disk gone");
            assertThat(test.failure("/returns/outcome", null).kind()).isEqualTo("Closed");
        }
    }

    @Test
    void aResultThatCannotBeWrittenIsAFailureAndNotSilence() {
        try (TestAgent test = TestAgent.hosting(new Returns())) {
            Outcome.Failure failure = test.failure("/returns/cyclic", null);
            assertThat(failure.kind()).isEqualTo("UnwritableResult");
            assertThat(failure.message()).contains("/returns/cyclic");
        }
    }

    static class Throws {

        @Expose
        void exception() {
            throw new IllegalArgumentException("not this");
        }

        @Expose
        void wordless() {
            throw new IllegalStateException();
        }

        @Expose
        void wrapped() throws Exception {
            throw new InvocationTargetException(new IOException("inside"));
        }

        @Expose
        int endless(int depth) {
            return depth == 0 ? 0 : endless(depth + 1) + 1;
        }

        @Expose
        void assertion() {
            throw new AssertionError("broken");
        }

        @Expose
        void anonymous() {
            throw new IllegalStateException("nameless") {};
        }

        @Expose
        void interrupted() throws InterruptedException {
            throw new InterruptedException("by itself");
        }
    }

    @Test
    void whatAnActorThrowsIsTheCallersFailure() {
        try (TestAgent test = TestAgent.hosting(new Throws())) {
            Outcome.Failure failure = test.failure("/throws/exception", null);
            assertThat(failure).isEqualTo(new Outcome.Failure(Verdict.FAILED, "IllegalArgumentException", "not this"));
            assertThat(test.failure("/throws/wordless", null).message()).isNotEmpty();
            assertThat(test.failure("/throws/wrapped", null).message()).isEqualTo("inside");
            assertThat(test.failure("/throws/endless", 1).kind()).isEqualTo("StackOverflowError");
            assertThat(test.failure("/throws/assertion", null).message()).isEqualTo("broken");
            assertThat(test.failure("/throws/anonymous", null).kind()).isNotEmpty();
            assertThat(test.failure("/throws/interrupted", null).kind()).isEqualTo("InterruptedException");
            assertThat(test.agent.tally().failed()).isEqualTo(7);
        }
    }

    static class Dying {
        @Expose
        void memory() {
            throw new OutOfMemoryError("planted");
        }
    }

    @Test
    void anErrorOfTheVirtualMachineIsNotAnsweredSoThatTheJobComesAgainElsewhere() {
        CompletableFuture<VirtualMachineError> fatal = new CompletableFuture<>();
        try (TestAgent test = TestAgent.started(TestAgent.config(), TestAgent.module(new Dying()), new AgentModule() {
            @Override
            protected void configure() {
                onFatalError(fatal::complete);
            }
        })) {
            test.deliver(TestAgent.request("/dying/memory", null));
            assertThat(fatal.join()).hasMessage("planted");
            test.agent.close();
            assertThat(test.transport.events(Event.Replied.class)).isEmpty();
            assertThat(test.transport.events(Event.Settled.class)).isEmpty();
        }
    }

    static class Telling {
        final CompletableFuture<ActorContext> leaked = new CompletableFuture<>();

        @Expose
        String count(int steps, ActorContext job) {
            for (int i = 1; i <= steps; i++) {
                job.progress("step", i);
            }
            job.progress("done");
            leaked.complete(job);
            return "end";
        }
    }

    @Test
    void newsArriveInOrderBeforeTheResultAndNeverAfterIt() {
        Telling telling = new Telling();
        try (TestAgent test = TestAgent.hosting(telling)) {
            Request request = TestAgent.request("/telling/count", 3);
            assertThat(test.ask(request).outcome().ok()).isTrue();
            telling.leaked.join().progress("too late");

            List<IntermediateMessage> news = test.news();
            assertThat(news).extracting(IntermediateMessage::sequence).containsExactly(1L, 2L, 3L, 4L);
            assertThat(news)
                    .extracting(IntermediateMessage::key)
                    .containsExactly("step", "step", "step", IntermediateMessage.DEFAULT_KEY);
            assertThat(news).allSatisfy(one -> {
                assertThat(one.token()).isEqualTo(request.token());
                assertThat(one.to()).isEqualTo(TestAgent.MAPPER);
                assertThat(one.from()).isEqualTo(TestAgent.SELF);
            });
            List<Event.Replied> replied = test.transport.events(Event.Replied.class);
            assertThat(test.read(replied.get(replied.size() - 1).parcel())).isInstanceOf(Result.class);
            assertThat(replied).noneMatch(reply -> reply.parcel().packable());
        }
    }

    static class Curious {
        final CompletableFuture<ActorContext> seen = new CompletableFuture<>();

        @Expose
        void look(ActorContext job) {
            seen.complete(job);
        }
    }

    @Test
    void theContextSaysWhatThereIsToKnowOfAJob() {
        Curious curious = new Curious();
        Instant deadline = Instant.now().plusSeconds(60);
        try (TestAgent test = TestAgent.hosting(curious)) {
            Request request = TestAgent.request("/curious/look", "payload");
            Request asked = request.with(new Metadata(deadline.toEpochMilli(), 3, 0, null));
            test.transport.deliver(TestAgent.SELF.value(), true, List.of(test.written(asked)));
            test.result(asked.token());

            ActorContext job = curious.seen.join();
            assertThat(job.token()).isEqualTo(asked.token());
            assertThat(job.service().path()).isEqualTo("/curious/look");
            assertThat(job.payload().value()).isEqualTo("payload");
            assertThat(job.from()).isEqualTo(TestAgent.MAPPER);
            // It came again, but had no mark: the third was not begun.
            assertThat(job.attempt()).isEqualTo(3);
            assertThat(job.redelivered()).isTrue();
            assertThat(job.deadline().orElseThrow().toEpochMilli()).isEqualTo(deadline.toEpochMilli());
            assertThat(job.remaining().orElseThrow()).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(60));
        }
    }

    @Test
    void aJobWithoutADeadlineHasNoTimeRemaining() {
        Curious curious = new Curious();
        try (TestAgent test = TestAgent.hosting(curious)) {
            test.call("/curious/look", null);
            assertThat(curious.seen.join().deadline()).isEmpty();
            assertThat(curious.seen.join().remaining()).isEmpty();
            assertThat(curious.seen.join().redelivered()).isFalse();
        }
    }

    @Test
    void interceptorsStandAroundTheActorInTheOrderOfTheirBinding() {
        List<String> seen = new CopyOnWriteArrayList<>();
        try (TestAgent test = TestAgent.started(TestAgent.config(), TestAgent.module(new Simple()), new AgentModule() {
            @Override
            protected void configure() {
                interceptor(noting("outer", seen));
                interceptor(noting("inner", seen));
            }
        })) {
            assertThat(test.call("/simple/echo", "x")).isEqualTo("outer(inner(x))");
            assertThat(seen).containsExactly("outer in", "inner in", "inner out", "outer out");
        }
    }

    private static Interceptor noting(String name, List<String> seen) {
        return (job, call) -> {
            seen.add(name + " in");
            Object result = call.proceed();
            seen.add(name + " out");
            return name + "(" + result + ")";
        };
    }

    @Test
    void anInterceptorMayAnswerOrThrowInsteadOfTheActor() {
        try (TestAgent test = TestAgent.started(TestAgent.config(), TestAgent.module(new Simple()), new AgentModule() {
            @Override
            protected void configure() {
                interceptor((job, call) -> {
                    if ("stop".equals(job.payload().value())) {
                        throw new IllegalStateException("stopped");
                    }
                    return "cached";
                });
            }
        })) {
            assertThat(test.call("/simple/echo", "x")).isEqualTo("cached");
            assertThat(test.failure("/simple/echo", "stop").message()).isEqualTo("stopped");
        }
    }

    static class Counting {

        static final AtomicInteger MADE = new AtomicInteger();

        private final AgentConfig config;

        @Inject
        Counting(AgentConfig config) {
            MADE.incrementAndGet();
            this.config = config;
        }

        @Expose
        String who() {
            return config.identity().name();
        }
    }

    @Test
    void anActorIsMadeOnceByTheInjectorHoweverManyModulesAskForIt() {
        int before = Counting.MADE.get();
        AgentModule module = new AgentModule() {
            @Override
            protected void configure() {
                actor(Counting.class);
            }
        };
        AgentModule again = new AgentModule() {
            @Override
            protected void configure() {
                actor(Counting.class);
            }
        };
        try (TestAgent test = TestAgent.started(TestAgent.config(), module, again)) {
            assertThat(test.call("/counting/who", null)).isEqualTo("fred");
            assertThat(test.call("/counting/who", null)).isEqualTo("fred");
        }
        assertThat(Counting.MADE.get() - before).isEqualTo(1);
    }

    @Test
    void aPushIsDoneSettledAndNotAnswered() {
        Curious curious = new Curious();
        try (TestAgent test = TestAgent.hosting(curious)) {
            Push push = TestAgent.push("/curious/look", null);
            HandTransport.HandPart part = test.deliver(push);
            test.transport.await(1, Event.Settled.class, settled -> settled.part() == part);
            assertThat(curious.seen.join().token()).isEqualTo(push.token());
            assertThat(test.transport.events(Event.Replied.class)).isEmpty();
        }
    }

    @Test
    void aResultSaysHowLongTheActorRan() {
        try (TestAgent test = TestAgent.hosting(new Simple())) {
            assertThat(test.ask(TestAgent.request("/simple/echo", "x")).micros())
                    .isNotNegative();
            assertThat(test.ask(TestAgent.request("/simple/none", "x")).micros())
                    .isNegative();
        }
    }

    @Test
    void theResultGoesOutBeforeTheJobIsSettled() {
        try (TestAgent test = TestAgent.hosting(new Simple())) {
            HandTransport.HandPart part = test.deliver(TestAgent.request("/simple/echo", "x"));
            test.transport.await(1, Event.Settled.class);
            List<Event> mine = test.transport.events().stream()
                    .filter(event -> event instanceof Event.Replied || event instanceof Event.Settled)
                    .toList();
            assertThat(mine).hasSize(2);
            assertThat(mine.get(0)).isInstanceOf(Event.Replied.class);
            assertThat(mine.get(1)).isEqualTo(new Event.Settled(part));
        }
    }

    @Test
    void threadsAreNamedAfterTheAgent() {
        Curious curious = new Curious();
        try (TestAgent test = TestAgent.started(TestAgent.config(), TestAgent.module(curious), new AgentModule() {
            @Override
            protected void configure() {
                interceptor((job, call) -> Thread.currentThread().getName());
            }
        })) {
            assertThat(test.call("/curious/look", null)).asString().startsWith("nanite-fred-worker-");
        }
    }
}
