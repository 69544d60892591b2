package io.nanite.agent;

import static io.nanite.agent.TestAgent.push;
import static io.nanite.agent.TestAgent.request;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.CreationException;
import com.google.inject.Module;
import io.nanite.agent.HandTransport.Event;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.testkit.ManualLoop;
import java.io.File;
import java.io.IOException;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An agent gets other actors while it works: nothing is lost, and nothing of the former ones is left. */
class HostingTest {

    /** An actor of the agent's own. */
    static final class Own {
        @io.nanite.agent.actor.Expose
        String name() {
            return "own";
        }
    }

    private static final String TALKER = """
            import io.nanite.agent.actor.*;

            @Actor
            class Talker {
                record Words(String said) {}

                @Expose
                Words say(Words heard, ActorContext job) {
                    job.progress("heard", heard);
                    return new Words(heard.said() + " SUFFIX");
                }

                @Expose
                Words wait(Words heard) throws Exception {
                    io.nanite.agent.Turnstile.pass();
                    // Not loaded before: from where it came.
                    return new Late().words(heard);
                }

                static final class Late {
                    Words words(Words heard) {
                        return new Words(heard.said() + " SUFFIX");
                    }
                }
                // MORE
            }
            """;

    private static final String MORE = "@Expose String more() { return \"more\"; }";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    private final ManualLoop loop = new ManualLoop();
    private @Nullable TestAgent opened;

    @BeforeEach
    void forget() {
        Turnstile.ENTERED.drainPermits();
        Turnstile.PASSES.drainPermits();
    }

    @AfterEach
    void close() {
        if (opened != null) {
            opened.close();
        }
    }

    private TestAgent hosting(LoadedActors actors, Module... modules) {
        Module[] all = Stream.concat(Stream.of(modules), Stream.of(new AgentModule() {
                    @Override
                    protected void configure() {
                        loop(loop);
                    }
                }))
                .toArray(Module[]::new);
        TestAgent test = TestAgent.created(TestAgent.config(), all);
        opened = test;
        test.agent.host(actors);
        test.agent.start();
        return test;
    }

    private LoadedActors talker(String suffix, String more) throws IOException {
        return loaded(TALKER.replace("SUFFIX", suffix).replace("// MORE", more));
    }

    private LoadedActors loaded(String source) throws IOException {
        Path actors = Files.createDirectories(root.resolve("actors"));
        Files.writeString(actors.resolve("Talker.java"), source);
        List<Path> classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .map(Path::of)
                .toList();
        return ActorFolder.of(root).withClassPath(classPath).load();
    }

    private static Object said(String words) {
        return Map.of("said", words);
    }

    private static @Nullable Object value(Outcome outcome) {
        return outcome instanceof Outcome.Success success ? success.payload().value() : outcome;
    }

    @Test
    void whatRunsEndsWhereItBeganWhileTheNewActorsServe() throws Exception {
        TestAgent test = hosting(talker("first", ""));
        Request running = request("/talker/wait", said("a"));
        test.deliver(running);
        Turnstile.ENTERED.acquire();

        CompletableFuture<Void> gone = test.agent.host(talker("second", "")).toCompletableFuture();
        assertThat(test.call("/talker/say", said("b"))).isEqualTo(said("b second"));
        assertThat(gone).isNotDone();

        Turnstile.PASSES.release();
        assertThat(value(test.result(running.token()).outcome())).isEqualTo(said("a first"));
        gone.get(10, TimeUnit.SECONDS);
    }

    @Test
    void nothingOfTheFormerActorsIsLeft() throws Exception {
        LoadedActors first = talker("first", "");
        TestAgent test = hosting(first);
        Request request = request("/talker/say", said("a"));
        assertThat(value(test.ask(request).outcome())).isEqualTo(said("a first"));
        Turnstile.PASSES.release();
        assertThat(test.call("/talker/wait", said("a"))).isEqualTo(said("a first"));

        ReferenceQueue<ClassLoader> collected = new ReferenceQueue<>();
        WeakReference<ClassLoader> loader = new WeakReference<>(first.loader(), collected);
        test.agent.host(talker("second", "")).toCompletableFuture().get(10, TimeUnit.SECONDS);
        first.close();
        first = talker("third", "");
        assertThat(test.call("/talker/say", said("b"))).isEqualTo(said("b second"));

        // What the former actor answered is remembered all the same.
        test.deliver(request);
        assertThat(value(test.results(request.token(), 2).get(1).outcome())).isEqualTo(said("a first"));
        Reference<?> gone = null;
        for (int i = 0; i < 100 && gone == null; i++) {
            System.gc();
            gone = collected.remove(100);
        }
        assertThat(gone).isSameAs(loader);
        first.close();
    }

    @Test
    void allMappersHearOfServicesThatComeAndGo() throws Exception {
        TestAgent test = hosting(talker("first", ""), TestAgent.module(new Own()));
        int before = registrations(test).size();
        test.agent.host(talker("second", MORE));
        Register now = registrations(test).get(before);
        assertThat(now.services())
                .extracting(Service::path)
                .containsExactlyInAnyOrder("/own/name", "/talker/more", "/talker/say", "/talker/wait");
        assertThat(now.vitals().boot())
                .isEqualTo(registrations(test).get(0).vitals().boot());
        assertThat(now.vitals().epoch()).isZero();
        test.agent.host(talker("third", ""));
        assertThat(registrations(test).get(before + 1).services()).hasSize(3);
        assertThat(test.call("/own/name", null)).isEqualTo("own");
    }

    private static List<Register> registrations(TestAgent test) {
        return test.transport.events(Event.Sent.class).stream()
                .map(sent -> test.read(sent.parcel()))
                .filter(Register.class::isInstance)
                .map(Register.class::cast)
                .toList();
    }

    @Test
    void whatIsGoneIsOfferedNoMoreAndYetDoneForAWhile() throws Exception {
        TestAgent test = hosting(talker("first", MORE));
        CompletableFuture<Void> gone = test.agent.host(talker("second", "")).toCompletableFuture();
        assertThat(test.agent.services()).doesNotContain(Service.parse("/talker/more"));
        assertThat(test.call("/talker/more", null)).isEqualTo("more");
        assertThat(test.call("/talker/say", said("b"))).isEqualTo(said("b second"));

        loop.advance(TestAgent.config().grace().minus(Duration.ofMillis(1)));
        assertThat(gone).isNotDone();
        assertThat(test.call("/talker/more", null)).isEqualTo("more");
        loop.advance(Duration.ofMillis(1));
        gone.get(10, TimeUnit.SECONDS);
        assertThat(test.failure("/talker/more", null).kind()).isEqualTo("NoSuchService");
        test.deliver(push("/talker/more", null));
        test.transport.await(1, Event.Published.class); // as a dead letter
    }

    @Test
    void whatCannotBeHostedChangesNothing() throws Exception {
        TestAgent test = hosting(talker("first", ""));
        LoadedActors twice = talker("second", MORE.replace("more()", "say()"));
        assertThatThrownBy(() -> test.agent.host(twice)).hasMessageContaining("two methods named say");
        LoadedActors wanting = talker("second", "@jakarta.inject.Inject java.time.Clock clock;");
        assertThatThrownBy(() -> test.agent.host(wanting)).isInstanceOf(CreationException.class);
        assertThat(test.call("/talker/say", said("b"))).isEqualTo(said("b first"));
        twice.close();
        wanting.close();
    }

    @Test
    void whatTheAgentsModulesBindIsThereForLaterActorsAndSoAreItsInterceptors() throws Exception {
        StringBuilder order = new StringBuilder();
        TestAgent test = hosting(talker("first", ""), new AgentModule() {
            @Override
            protected void configure() {
                interceptor((job, call) -> {
                    order.append("agent ");
                    return call.proceed();
                });
                bind(StringBuilder.class).toInstance(order);
            }
        });
        LoadedActors next = talker(
                "second",
                "@jakarta.inject.Inject StringBuilder order;"
                        + "@Expose void note() { order.append(Thread.currentThread().getContextClassLoader() == "
                        + "getClass().getClassLoader() ? \"its loader\" : \"another\"); }");
        test.agent.host(next);
        test.call("/talker/note", null);
        assertThat(order).hasToString("agent its loader");
    }

    @Test
    void afterTheEndNothingIsHostedAndNobodyWaits() throws Exception {
        TestAgent test = hosting(talker("first", MORE));
        CompletableFuture<Void> gone = test.agent.host(talker("second", "")).toCompletableFuture();
        assertThat(gone).isNotDone();
        test.close();
        gone.get(10, TimeUnit.SECONDS);
        test.agent.host(talker("third", "")).toCompletableFuture().get(10, TimeUnit.SECONDS);
    }
}
