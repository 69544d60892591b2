package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What agents are told to do with themselves, and what they answer; one that is too old says nothing. */
class InstructionsTest {

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final Mapper mapper =
            Mapper.with(MapperConfig.named("m1")).loop(loop).start(broker.transport("mapper"));
    private final HandAgent fred = new HandAgent(broker, "fred");

    @AfterEach
    void close() {
        fred.close();
        mapper.close();
    }

    private CompletableFuture<Outcome> told(Instruction instruction) {
        return mapper.instruct(Identity.agent("fred"), instruction).toCompletableFuture();
    }

    private static Outcome.Failure failure(CompletableFuture<Outcome> answer) throws Exception {
        return (Outcome.Failure) answer.get(10, TimeUnit.SECONDS);
    }

    @Test
    void anAgentIsToldPastItsWorkAndItsAnswerIsHeard() throws Exception {
        CompletableFuture<Outcome> answer = told(Instruction.logLevel("debug"));
        assertThat(fred.instructed).singleElement().satisfies((Instruct instruct) -> {
            assertThat(instruct.action()).isEqualTo("log_level");
            assertThat(instruct.argument()).isEqualTo("debug");
            assertThat(instruct.from()).isEqualTo(Identity.mapper("m1"));
        });
        fred.answerInstruction(fred.identity, Outcome.success("debug"));
        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(Outcome.success("debug"));
        assertThat(mapper.tally().stray()).isZero();
    }

    @Test
    void anAgentThatIsTooOldIsUnharmedAndItsSilenceIsAnAnswer() throws Exception {
        CompletableFuture<Outcome> answer = told(Instruction.PING);
        loop.advance(Duration.ofSeconds(9));
        assertThat(answer).isNotDone();
        loop.advance(Duration.ofSeconds(2));
        assertThat(failure(answer).verdict()).isEqualTo(Verdict.TIMEOUT);
        assertThat(failure(answer).message())
                .isEqualTo("nanite-fred: no answer to \"ping\" within 10 s (expected: an agent that is alive, and of a "
                        + "version that takes instructions)");
        fred.answerInstruction(fred.identity, Outcome.success("late"));
        assertThat(mapper.tally().stray()).isOne();
    }

    @Test
    void nobodyAnswersForAnother() throws Exception {
        CompletableFuture<Outcome> answer = told(Instruction.PING);
        fred.answerInstruction(Identity.agent("mallory"), Outcome.success("here"));
        assertThat(answer).isNotDone();
        fred.answerInstruction(fred.identity, Outcome.success("here"));
        assertThat(answer.get(10, TimeUnit.SECONDS).ok()).isTrue();
    }

    @Test
    void whoIsNotConnectedIsSaidToBeSoAtOnce() throws Exception {
        fred.close();
        assertThat(failure(told(Instruction.DRAIN)).verdict()).isEqualTo(Verdict.LOST);
    }

    @Test
    void theEndOfTheMapperEndsThem() throws Exception {
        CompletableFuture<Outcome> answer = told(Instruction.PING);
        mapper.close();
        assertThat(failure(answer).verdict()).isEqualTo(Verdict.CANCELLED);
    }
}
