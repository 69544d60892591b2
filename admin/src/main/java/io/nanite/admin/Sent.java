package io.nanite.admin;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Outcome;
import io.nanite.mapper.Job;
import io.nanite.mapper.Outcomes;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** A request that was sent from here, whose answers somebody may follow. Any thread. */
final class Sent {

    /** Longer values are not shown. */
    static final int MOST_VALUE_CHARACTERS = 16 * 1024;

    private static final int MOST_EVENTS = 512;
    private static final int MOST_BYTES = 256 * 1024;

    private final Topic topic;

    Sent(Job job) {
        topic = new Topic(job.token().value(), MOST_EVENTS, MOST_BYTES);
        job.onProgress(news -> topic.publish(
                "progress",
                Json.text(new Answers.News(
                        news.agent().name(), news.key(), shown(news.value().value())))));
        var unused = job.outcomes().whenComplete((outcomes, error) -> {
            topic.publish("end", Json.text(end(outcomes, error)));
            topic.finish();
        });
    }

    Topic topic() {
        return topic;
    }

    private static Answers.End end(@Nullable Outcomes outcomes, @Nullable Throwable error) {
        if (outcomes == null) {
            return new Answers.End(false, List.of(), words(error));
        }
        return new Answers.End(
                outcomes.ok(),
                outcomes.byAgent().entrySet().stream()
                        .limit(Answers.MOST_LISTED)
                        .map(entry -> answer(entry.getKey().name(), entry.getValue()))
                        .toList(),
                null);
    }

    private static Answers.Answer answer(String agent, Outcome outcome) {
        String verdict = outcome.verdict().name();
        if (outcome instanceof Outcome.Failure failure) {
            return new Answers.Answer(agent, verdict, null, failure.kind(), failure.message());
        }
        return new Answers.Answer(
                agent, verdict, shown(((Outcome.Success) outcome).payload().value()), null, null);
    }

    private static @Nullable Object shown(@Nullable Object value) {
        int characters = Json.text(value).length();
        return characters > MOST_VALUE_CHARACTERS
                ? "%d characters of JSON (shown: at most %d)".formatted(characters, MOST_VALUE_CHARACTERS)
                : value;
    }

    /** Why a call did not begin; null for no error. What is not ours may hold what nobody should see. */
    static @Nullable String words(@Nullable Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause == null) {
            return null;
        }
        return cause instanceof NaniteException
                ? cause.getMessage()
                : cause.getClass().getSimpleName();
    }
}
