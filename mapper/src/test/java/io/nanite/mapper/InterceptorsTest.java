package io.nanite.mapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.packet.Verdict;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What stands in front of the calls of a mapper. */
class InterceptorsTest {

    private static final String ECHO = "/simple/echo";
    private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final InMemoryBroker broker = InMemoryBroker.inline();
    private final ManualLoop loop = new ManualLoop();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private final List<String> seen = new ArrayList<>();
    private final HandAgent fred = new HandAgent(broker, "fred").offering(ECHO);
    private final HandAgent bob = new HandAgent(broker, "bob").offering(ECHO);
    private final List<Mapper> mappers = new ArrayList<>();

    @AfterEach
    void close() {
        mappers.forEach(Mapper::close);
        fred.close();
        bob.close();
        assertThat(loop.failures()).isEmpty();
    }

    private Mapper mapper(RequestInterceptor... interceptors) {
        Mapper.Builder builder = Mapper.with(MapperConfig.named("m1")).loop(loop);
        for (RequestInterceptor interceptor : interceptors) {
            builder.interceptor(interceptor);
        }
        Mapper mapper = builder.start(broker.transport("mapper"));
        mappers.add(mapper);
        loop.run();
        fred.register(0.5);
        bob.register(5);
        loop.run();
        return mapper;
    }

    private RequestInterceptor noting(String name) {
        return call -> {
            seen.add(name + " " + call.service() + " " + call.payload().value());
            call.onEnd(end -> ends.add("%s %s on %s"
                    .formatted(name, words(end), Thread.currentThread().getName())));
            return call;
        };
    }

    private static String words(CallEnd end) {
        if (end.error() != null) {
            return end.error().getClass().getSimpleName();
        }
        return end.ok() ? "ok" : String.valueOf(end.outcomes());
    }

    private String end() throws InterruptedException {
        return Objects.requireNonNull(ends.poll(10, TimeUnit.SECONDS), "no end");
    }

    @Test
    void eachSeesTheCallAsThoseBeforeItLeftIt() throws Exception {
        Mapper mapper = mapper(
                noting("first"),
                call -> call.withPayload(
                                Map.of("wrapped", String.valueOf(call.payload().value())))
                        .withOptions(call.options().withTarget(bob.identity))
                        .withTraceparent(TRACE),
                noting("last"));

        Job job = mapper.request(ECHO, "hi");
        assertThat(bob.request().payload().value()).isEqualTo(Map.of("wrapped", "hi"));
        assertThat(bob.request().metadata().traceparent()).isEqualTo(TRACE);
        bob.answer("done");

        assertThat(job.await().ok()).isTrue();
        assertThat(seen).containsExactly("first /simple/echo hi", "last /simple/echo {wrapped=hi}");
        assertThat(List.of(end(), end()))
                .containsExactly("first ok on mapper-m1-callback", "last ok on mapper-m1-callback");
    }

    @Test
    void whoRefusesSaysWhyAndNobodyIsAsked() throws Exception {
        Mapper mapper = mapper(noting("first"), call -> {
            throw new CallRefusedException("no calls on Sundays");
        });

        Job job = mapper.request(ECHO, "hi");
        assertThatThrownBy(job::await).isInstanceOf(CallRefusedException.class).hasMessage("no calls on Sundays");
        assertThatThrownBy(() -> mapper.push(ECHO, "hi").toCompletableFuture().get())
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(CallRefusedException.class);

        assertThat(fred.work).isEmpty();
        assertThat(mapper.pending()).isZero();
        assertThat(List.of(end(), end())).containsOnly("first CallRefusedException on mapper-m1-callback");
    }

    @Test
    void oneThatThrowsFailsTheCallWithItsName() {
        Mapper mapper = mapper(call -> {
            throw new IllegalStateException("oh");
        });

        assertThatThrownBy(() -> mapper.request(ECHO, "hi").await())
                .isInstanceOf(HookFailedException.class)
                .hasMessage("an interceptor of /simple/echo threw java.lang.IllegalStateException: oh"
                        + " (expected: no exception)");
        assertThat(fred.work).isEmpty();
    }

    @Test
    void theEndIsToldWhateverItIs() throws Exception {
        Mapper mapper = mapper(noting("it"));

        mapper.request("/no/such", "hi");
        assertThat(end()).startsWith("it NoAgentException");
        mapper.request(ECHO, "hi", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)));
        loop.advance(Duration.ofSeconds(2));
        loop.run();
        assertThat(end()).startsWith("it ").contains(Verdict.TIMEOUT.name());
        mapper.push(ECHO, "hi");
        assertThat(end()).startsWith("it ok");
    }

    @Test
    void oneThatThrowsAtTheEndHarmsNobody() throws Exception {
        Mapper mapper = mapper(
                call -> {
                    call.onEnd(end -> {
                        throw new IllegalStateException("oh");
                    });
                    return call;
                },
                noting("it"));

        Job job = mapper.request(ECHO, "hi");
        fred.answer("done");

        assertThat(job.await().ok()).isTrue();
        assertThat(end()).startsWith("it ok");
    }
}
