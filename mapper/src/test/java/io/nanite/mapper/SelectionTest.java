package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.packet.Status;
import io.nanite.core.packet.Tags;
import io.nanite.mapper.selector.Candidate;
import io.nanite.mapper.selector.Demand;
import io.nanite.mapper.selector.Selector;
import io.nanite.mapper.selector.Selectors;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualLoop;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Who gets a call, by tags, by statuses that are no numbers, and by selectors of one's own. */
class SelectionTest {

    private static final String ECHO = "/simple/echo";

    /** A status of words, from idle to full. */
    private static final List<String> WORDS = List.of("idle", "busy", "full");

    private static final Comparator<Status> BY_WORD =
            Comparator.comparing(status -> WORDS.indexOf((String) status.value()));

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final List<HandAgent> agents = new ArrayList<>();
    private final List<Mapper> mappers = new ArrayList<>();

    @AfterEach
    void close() {
        mappers.forEach(Mapper::close);
        agents.forEach(HandAgent::close);
        assertThat(loop.failures()).isEmpty();
    }

    private Mapper mapper(UnaryOperator<Mapper.Builder> more) {
        Mapper mapper =
                more.apply(Mapper.with(MapperConfig.named("m1")).loop(loop)).start(broker.transport("mapper"));
        mappers.add(mapper);
        loop.run();
        return mapper;
    }

    private HandAgent agent(String name, Status status, String... tags) {
        HandAgent agent = new HandAgent(broker, name).offering(ECHO).tagged(tags);
        agents.add(agent);
        agent.register(status);
        loop.run();
        return agent;
    }

    @Test
    void anAgentWithOneOfSeveralTagsIsEnough() {
        Mapper mapper = mapper(builder -> builder);
        HandAgent gpu = agent("gpu", Status.of(5), "gpu", "london");
        HandAgent tpu = agent("tpu", Status.of(5), "tpu", "paris");
        HandAgent plain = agent("plain", Status.of(0), "london");

        mapper.request(ECHO, "any", CallOptions.all().withTags(Set.of(Tags.any("gpu", "tpu"))));
        assertThat(gpu.work).hasSize(1);
        assertThat(tpu.work).hasSize(1);
        mapper.request(ECHO, "both", CallOptions.DEFAULT.withTags(Set.of("london", Tags.any("gpu", "tpu"))));

        assertThat(gpu.work).hasSize(2);
        assertThat(gpu.request().tags()).containsExactly("any(gpu|tpu)");
        assertThat(plain.work).isEmpty();
    }

    @Test
    void whoLacksAllOfSeveralTagsIsToldSo() {
        Mapper mapper = mapper(builder -> builder);
        agent("plain", Status.of(0), "london");
        CallOptions wanted = CallOptions.DEFAULT.withTags(Set.of("london", Tags.any("gpu", "tpu")));

        Explanation explanation = mapper.explain(ECHO, wanted);

        assertThat(explanation.agents().get(0).why()).isEqualTo("lacks the tags [any(gpu|tpu)]");
        assertThatThrownBy(() -> mapper.request(ECHO, "hi", wanted).await())
                .isInstanceOf(NoAgentException.class)
                .hasMessage("/simple/echo: 1 offer it, none with all the tags [any(gpu|tpu), london]");
    }

    @Test
    void statusesOfWordsAreComparedByTheOrderThatWasGiven() {
        Mapper mapper = mapper(builder -> builder.statuses(BY_WORD));
        HandAgent silent = agent("silent", Status.UNKNOWN);
        HandAgent full = agent("full", Status.read("full"));
        HandAgent busy = agent("busy", Status.read("busy"));
        HandAgent idle = agent("idle", Status.read("idle"));

        for (int i = 0; i < 4; i++) {
            mapper.request(ECHO, i); // an agent of these has four slots
        }
        assertThat(idle.work).hasSize(4);
        mapper.request(ECHO, "next");

        assertThat(busy.work).hasSize(1);
        assertThat(full.work).isEmpty();
        assertThat(silent.work).isEmpty();
        assertThat(mapper.explain(ECHO, CallOptions.DEFAULT).agents())
                .extracting(Explanation.Considered::why)
                .anyMatch(why -> why.contains("status idle, in the order that was given (4 in flight for 4 slots"))
                .anyMatch(why -> why.contains("status unknown, so behind all who report one"));
    }

    @Test
    void withoutThatOrderStatusesOfWordsAreAllTheSame() {
        // The twin of the test above: what is no number counts as unknown.
        Mapper mapper = mapper(builder -> builder);
        HandAgent full = agent("full", Status.read("full"));
        HandAgent idle = agent("idle", Status.read("idle"));

        for (int i = 0; i < 4; i++) {
            mapper.request(ECHO, i);
        }

        assertThat(full.work).hasSize(2);
        assertThat(idle.work).hasSize(2);
    }

    @Test
    void equalStatusesShareTheWork() {
        Mapper mapper = mapper(builder -> builder.statuses(BY_WORD));
        HandAgent one = agent("one", Status.read("idle"));
        HandAgent two = agent("two", Status.read("idle"));

        for (int i = 0; i < 6; i++) {
            mapper.request(ECHO, i);
        }

        assertThat(one.work).hasSize(3);
        assertThat(two.work).hasSize(3);
    }

    @Test
    void anOrderThatThrowsFailsTheCallAndNothingElse() {
        Mapper mapper = mapper(builder -> builder.statuses(BY_WORD));
        agent("words", Status.read("idle"));
        agent("numbers", Status.of(0.5));

        Job job = mapper.request(ECHO, "hi");

        assertThatThrownBy(job::await)
                .isInstanceOf(HookFailedException.class)
                .hasMessageStartingWith("the selector least_loaded threw java.lang.ClassCastException");
        assertThat(mapper.pending()).isZero();
    }

    @Test
    void aSelectorOfOnesOwnChoosesAndStandsOnTheWire() {
        Selectors selectors = Selectors.standard(new Random(1))
                .with(
                        "most_tags",
                        (demand, able) -> List.of(able.stream()
                                .max(Comparator.comparingInt(one -> one.tags().size()))
                                .orElseThrow()));
        Mapper mapper = mapper(builder -> builder.selectors(selectors));
        agent("poor", Status.of(0));
        HandAgent rich = agent("rich", Status.of(9), "a", "b");

        mapper.request(ECHO, Map.of(), CallOptions.DEFAULT.withSelector("most_tags"));

        assertThat(rich.work).hasSize(1);
        assertThat(rich.request().selector()).isEqualTo("most_tags");
    }

    @Test
    void aSelectorThatNobodyRegisteredIsRefusedInOneSentence() {
        Mapper mapper = mapper(builder -> builder);
        agent("fred", Status.of(0));

        Job job = mapper.request(ECHO, "hi", CallOptions.DEFAULT.withSelector("shutdown"));

        assertThatThrownBy(job::await)
                .isInstanceOf(UnknownSelectorException.class)
                .hasMessage("selector: shutdown (expected: one of [all, least_loaded, random, rr])");
    }

    @Test
    void figuresThatThrowAreSaidInTheirPlace() {
        Selectors selectors = Selectors.standard(new Random(1)).with("bad", new Selector() {
            @Override
            public List<? extends Candidate> select(Demand demand, List<? extends Candidate> able) {
                return able;
            }

            @Override
            public String figures(Candidate candidate) {
                throw new IllegalStateException("oh");
            }
        });
        Mapper mapper = mapper(builder -> builder.selectors(selectors));
        agent("fred", Status.of(0));

        Explanation explanation = mapper.explain(ECHO, CallOptions.DEFAULT.withSelector("bad"));

        assertThat(explanation.agents().get(0).why()).startsWith("chosen: the selector bad threw ");
    }

    @Test
    void aSelectorThatThrowsFailsTheCall() {
        Selectors selectors = Selectors.standard(new Random(1)).with("bad", (demand, able) -> {
            throw new IllegalStateException("oh");
        });
        Mapper mapper = mapper(builder -> builder.selectors(selectors));
        agent("fred", Status.of(0));

        Job job = mapper.request(ECHO, "hi", CallOptions.DEFAULT.withSelector("bad"));

        assertThatThrownBy(job::await)
                .isInstanceOf(HookFailedException.class)
                .hasMessage("the selector bad threw java.lang.IllegalStateException: oh (expected: no exception)");
        assertThat(mapper.push(ECHO, "hi", CallOptions.DEFAULT.withSelector("bad"))
                        .toCompletableFuture())
                .isCompletedExceptionally();
    }
}
