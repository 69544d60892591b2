package io.nanite.examples.web;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.mapper.Job;
import io.nanite.mapper.Outcomes;
import io.nanite.mapper.Progress;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /api/call/PREFIX/METHOD}: asks the fabric with the JSON in the body, and answers when an agent has. No
 * thread waits for the agent, nor for the client.
 *
 * <p>Who accepts {@code application/json} gets the answer; who accepts {@code text/event-stream} gets the news on the way
 * too, and stops the work by going away.
 */
public final class CallServlet extends HttpServlet {

    private static final long serialVersionUID = 1;

    /** How soon it is noticed that who listened has gone: only who writes hears of it. */
    private static final Duration BEAT = Duration.ofSeconds(1);

    /** For a body that comes slowly and an answer that is read slowly. */
    private static final Duration ON_THE_WAY = Duration.ofSeconds(60);

    private Fabric fabric() {
        return Fabric.of(getServletContext());
    }

    @Override
    protected void doPost(HttpServletRequest request, HttpServletResponse response) throws IOException {
        String type = request.getContentType();
        if (type == null || !type.toLowerCase(Locale.ROOT).startsWith("application/json")) {
            // Also what keeps the forms of other sites out: they cannot send this type.
            new Problem(415, "MediaType", "Content-Type: %s (expected: application/json)".formatted(type))
                    .send(response);
            return;
        }
        Call call;
        try {
            call = Call.of(request, fabric().timeout());
        } catch (IllegalArgumentException e) {
            Problem.badInput(String.valueOf(e.getMessage())).send(response);
            return;
        }
        AsyncContext context = request.startAsync();
        context.setTimeout(call.timeout().plus(ON_THE_WAY).toMillis());
        Reply reply = new Reply(context);
        request.getInputStream()
                .setReadListener(new Body(request.getInputStream(), body -> ask(call, body, reply), reply::problem));
    }

    private void ask(Call call, byte[] body, Reply reply) {
        Job job;
        try {
            job = fabric().mapper().request(call.service(), Json.read(body), call.options());
        } catch (IllegalArgumentException e) {
            reply.problem(Problem.badInput(String.valueOf(e.getMessage())));
            return;
        }
        if (call.stream()) {
            stream(job, reply);
        } else {
            answer(job, reply);
        }
    }

    private static void answer(Job job, Reply reply) {
        whenEnded(job, reply, outcomes -> {
            Problem problem = problem(outcomes);
            if (problem == null) {
                reply.json(answer(outcomes));
            } else {
                reply.problem(problem);
            }
        });
    }

    private void stream(Job job, Reply reply) {
        reply.stream(job::cancel);
        reply.event("asked", Map.of("token", job.token().value()));
        Future<?> beat = fabric().every(BEAT, reply::beat);
        job.onProgress(news -> reply.event("progress", members(news)));
        var unused = job.outcomes().whenComplete((outcomes, error) -> beat.cancel(false));
        whenEnded(job, reply, outcomes -> {
            Problem problem = problem(outcomes);
            reply.last(
                    problem == null ? "answer" : "problem",
                    problem == null ? Json.write(answer(outcomes)) : problem.json());
        });
    }

    /** Everything ends with a reply, also what nobody has thought of. */
    private static void whenEnded(Job job, Reply reply, Consumer<Outcomes> then) {
        var unused = job.outcomes().thenAccept(then).exceptionally(error -> {
            Throwable cause =
                    error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
            reply.problem(Problem.of(cause));
            return null;
        });
    }

    private static @Nullable Problem problem(Outcomes outcomes) {
        return outcomes.single() instanceof Outcome.Failure failure ? Problem.of(failure) : null;
    }

    private static Map<String, @Nullable Object> answer(Outcomes outcomes) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        Map.Entry<Identity, Outcome> only =
                outcomes.byAgent().entrySet().iterator().next();
        members.put("agent", only.getKey().name());
        members.put("value", outcomes.values().get(only.getKey().name()));
        return members;
    }

    private static Map<String, @Nullable Object> members(Progress news) {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        members.put("agent", news.agent().name());
        members.put("key", news.key());
        members.put("value", news.value().value());
        return members;
    }
}
