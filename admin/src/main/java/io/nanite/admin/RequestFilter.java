package io.nanite.admin;

import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Which requests and pushes are looked for; null for any.
 *
 * @param q stands in the token, the service, the payload or an error, in capitals or not
 * @param agent was asked, or is the only one who may be
 * @param state {@code open}, {@code ok} or {@code failed}
 * @param kind {@code request} or {@code push}
 * @param limit how many of them
 */
record RequestFilter(
        @Nullable String q,
        @Nullable String service,
        @Nullable String agent,
        @Nullable String state,
        @Nullable String kind,
        @Nullable Instant since,
        @Nullable Instant before,
        int limit) {

    static final int USUAL = 100;

    private static final Set<String> STATES = new TreeSet<>(Set.of("open", "ok", "failed"));
    private static final Set<String> KINDS = new TreeSet<>(Set.of("request", "push"));

    static RequestFilter of(Query query) {
        return new RequestFilter(
                query.lowerCase("q"),
                query.text("service"),
                query.text("agent"),
                query.oneOf("state", STATES),
                query.oneOf("kind", KINDS),
                query.time("since"),
                query.time("before"),
                query.number("limit", USUAL, RequestLog.SIZE));
    }

    static RequestFilter newest(int limit) {
        return new RequestFilter(null, null, null, null, null, null, null, limit);
    }

    /** {@code payload} is what is known of it, as JSON; null for nothing. {@code whom} says who was asked, while it is open. */
    boolean matches(Answers.RequestLine line, @Nullable String payload, Supplier<Set<String>> whom) {
        return (service == null || line.service().equals(service))
                && (state == null || line.state().equals(state))
                && (kind == null || kind.equals("push") == line.push())
                && (since == null || !line.at().isBefore(since))
                && (before == null || line.at().isBefore(before))
                && (agent == null || asked(line, agent, whom))
                && (q == null || holds(line, payload, q));
    }

    private static boolean asked(Answers.RequestLine line, String agent, Supplier<Set<String>> whom) {
        return agent.equals(line.target())
                || line.outcomes().stream().anyMatch(outcome -> outcome.agent().equals(agent))
                || whom.get().contains(agent);
    }

    private static boolean holds(Answers.RequestLine line, @Nullable String payload, String q) {
        return holds(line.token(), q)
                || holds(line.service(), q)
                || holds(payload, q)
                || holds(line.error(), q)
                || line.outcomes().stream()
                        .anyMatch(outcome -> holds(outcome.message(), q) || holds(outcome.kind(), q));
    }

    private static boolean holds(@Nullable String text, String q) {
        return text != null && text.toLowerCase(Locale.ROOT).contains(q);
    }
}
