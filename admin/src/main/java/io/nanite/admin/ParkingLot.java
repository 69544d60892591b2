package io.nanite.admin;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.Outcomes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The letters that nobody could deliver: shown, sent again, thrown away. What is sent again goes through the mapper, sealed anew
 * where packets are sealed, and its letter goes only when an agent has done it or, for a push, when the broker has it. Any thread.
 */
final class ParkingLot {

    static final int MOST_LOOKED_AT = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(ParkingLot.class);

    /** Several that are delivered in this time are taken out together. */
    private static final Duration GATHER = Duration.ofMillis(200);

    private final BrokerWatch broker;
    private final Letters letters;
    private final Mapper mapper;
    private final LiveFeed feed;
    private final Views views;

    /** The letters that are on their way. */
    private final Set<String> replaying = ConcurrentHashMap.newKeySet();

    /** The letters that were delivered and are not taken out yet. */
    private final Set<String> delivered = ConcurrentHashMap.newKeySet();

    ParkingLot(BrokerWatch broker, Letters letters, Mapper mapper, LiveFeed feed, Views views) {
        this.broker = broker;
        this.letters = letters;
        this.mapper = mapper;
        this.feed = feed;
        this.views = views;
    }

    private record Found(int total, List<Letters.Letter> letters) {}

    private CompletableFuture<Found> found() {
        return broker.ask(desk -> {
            StoredMessages messages = desk.look(BrokerWatch.LETTERS, MOST_LOOKED_AT);
            return new Found(messages.total(), letters.read(messages.messages()));
        });
    }

    private static boolean matches(Letters.Letter letter, @Nullable String q, @Nullable String reason) {
        return (reason == null
                        || letter.fingerprint().equals(reason)
                        || letter.reason().toLowerCase(Locale.ROOT).contains(reason))
                && (q == null
                        || letter.reason().toLowerCase(Locale.ROOT).contains(q)
                        || letter.source().toLowerCase(Locale.ROOT).contains(q)
                        || letter.id().equals(q)
                        || q.equals(letter.token())
                        || (letter.work() != null
                                && letter.work()
                                        .service()
                                        .path()
                                        .toLowerCase(Locale.ROOT)
                                        .contains(q))
                        || Letters.text(letter.message().body())
                                .toLowerCase(Locale.ROOT)
                                .contains(q));
    }

    CompletableFuture<Answers.Parking> shown(Query query) {
        @Nullable String q = query.lowerCase("q");
        @Nullable String reason = query.lowerCase("reason");
        int limit = query.number("limit", 100, MOST_LOOKED_AT);
        return found().thenApply(found -> {
            List<Letters.Letter> matching = found.letters().stream()
                    .filter(letter -> matches(letter, q, reason))
                    .toList();
            List<Letters.Letter> shown = matching.subList(0, Math.min(limit, matching.size()));
            return new Answers.Parking(
                    views.now(),
                    found.total(),
                    shown.size(),
                    fingerprints(found.letters()),
                    shown.stream().map(ParkingLot::line).toList());
        });
    }

    private static List<Answers.Fingerprint> fingerprints(List<Letters.Letter> letters) {
        Map<String, List<Letters.Letter>> groups = letters.stream()
                .collect(Collectors.groupingBy(Letters.Letter::fingerprint, LinkedHashMap::new, Collectors.toList()));
        List<Answers.Fingerprint> fingerprints = new ArrayList<>();
        groups.forEach((id, group) -> {
            Instant newest = null;
            for (Letters.Letter letter : group) {
                Instant at = letter.at();
                if (at != null && (newest == null || at.isAfter(newest))) {
                    newest = at;
                }
            }
            Letters.Letter first = group.get(0);
            fingerprints.add(new Answers.Fingerprint(id, first.reason(), group.size(), newest, first.source()));
        });
        fingerprints.sort((a, b) -> Integer.compare(b.count(), a.count()));
        return fingerprints;
    }

    private static Answers.LetterLine line(Letters.Letter letter) {
        return new Answers.LetterLine(
                letter.id(),
                letter.at(),
                letter.reason(),
                letter.fingerprint(),
                letter.source(),
                letter.work() == null ? null : letter.work().service().path(),
                letter.token(),
                letter.work() == null ? null : letter.work().from().value(),
                letter.kind(),
                letter.message().body().length(),
                letter.message().contentType(),
                letter.encrypted());
    }

    private CompletableFuture<Letters.Letter> letter(String id) {
        return found().thenApply(found -> found.letters().stream()
                .filter(each -> each.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        404,
                        "letter: %s (expected: one of the first %d that are parked)"
                                .formatted(Printable.of(id), MOST_LOOKED_AT))));
    }

    CompletableFuture<Answers.LetterDetail> one(String id) {
        return letter(id)
                .thenApply(letter -> new Answers.LetterDetail(
                        views.now(),
                        line(letter),
                        letter.work() == null ? null : letter.work().payload().value(),
                        Letters.text(letter.message().body()),
                        letter.message().headers()));
    }

    // ---- sent again

    /** Sends it again, changed where the order says so. */
    CompletableFuture<Answers.Replayed> replay(String id, Answers.Replay order) {
        return letter(id).thenCompose(letter -> replay(letter, order));
    }

    private CompletableFuture<Answers.Replayed> replay(Letters.Letter letter, Answers.Replay order) {
        Service service = order.service() != null
                ? Parts.service(order.service())
                : letter.work() != null ? letter.work().service() : null;
        if (service == null || (letter.work() == null && order.payload() == null)) {
            throw new ProblemException(
                    409,
                    "%s: %s (expected: one whose service and payload can be read, or are given)"
                            .formatted(letter.id(), letter.kind()));
        }
        Object payload = order.payload() != null || letter.work() == null
                ? order.payload()
                : letter.work().payload().value();
        CallOptions options = options(letter, order);
        if (!replaying.add(letter.id())) {
            throw new ProblemException(409, "%s: is on its way (expected: once at a time)".formatted(letter.id()));
        }
        if (letter.kind().equals("push")) {
            return mapper.push(service, payload, options)
                    .toCompletableFuture()
                    .whenComplete((pushed, error) -> ended(letter, error == null))
                    .handle((pushed, error) -> {
                        if (error != null) {
                            throw new ProblemException(RequestRoutes.status(error), String.valueOf(Sent.words(error)));
                        }
                        return new Answers.Replayed(pushed.token().value(), null);
                    });
        }
        Job job = mapper.request(service, payload, options);
        feed.follow(job);
        var unused = job.outcomes().whenComplete((outcomes, error) -> ended(letter, wasDone(outcomes)));
        Token token = job.token();
        return CompletableFuture.completedFuture(
                new Answers.Replayed(token.value(), "%s/requests/%s/events".formatted(Api.V1, token)));
    }

    private static CallOptions options(Letters.Letter letter, Answers.Replay order) {
        CallOptions options = CallOptions.DEFAULT;
        if (letter.work() != null) {
            options = options.withTags(letter.work().tags())
                    .withPersistent(letter.work().persistent());
        }
        Identity target = order.target() == null ? null : Parts.agent(order.target());
        return options.withTarget(target);
    }

    /** Whether an agent has run it, and how it went is its answer: what was refused, lost or late stays parked. */
    private static boolean wasDone(@Nullable Outcomes outcomes) {
        return outcomes != null
                && outcomes.all().stream()
                        .map(Outcome::verdict)
                        .anyMatch(verdict -> verdict == Verdict.OK || verdict == Verdict.FAILED);
    }

    private void ended(Letters.Letter letter, boolean wasDelivered) {
        if (!wasDelivered) {
            replaying.remove(letter.id());
            return;
        }
        delivered.add(letter.id());
        broker.soon(GATHER, this::takeOutDelivered);
    }

    /** On the broker's loop. */
    private void takeOutDelivered() {
        Set<String> ids = new HashSet<>(delivered);
        if (ids.isEmpty()) {
            return;
        }
        try {
            takeOut(broker.desk(), ids);
        } catch (RuntimeException e) {
            LOG.error("{} letters were sent again and are still parked", ids.size(), e);
        } finally {
            delivered.removeAll(ids);
            replaying.removeAll(ids);
        }
    }

    /** As many of each content as are named. */
    private static int takeOut(BrokerDesk desk, Collection<String> ids) {
        Map<String, Integer> wanted = new HashMap<>();
        ids.forEach(id -> wanted.merge(Letters.contentOf(id), 1, Integer::sum));
        return desk.remove(BrokerWatch.LETTERS, MOST_LOOKED_AT, ids.size(), message -> {
            String content = Letters.content(message);
            Integer left = wanted.get(content);
            if (left == null || left == 0) {
                return false;
            }
            wanted.put(content, left - 1);
            return true;
        });
    }

    // ---- thrown away

    CompletableFuture<Answers.Removed> discard(String id) {
        return letter(id)
                .thenCompose(letter -> broker.ask(desk -> takeOut(desk, List.of(id))))
                .thenApply(removed -> new Answers.Removed(views.now(), removed));
    }

    /** Throws away as many as there are, if that is what was typed. */
    CompletableFuture<Answers.Removed> purge(@Nullable String confirm) {
        return broker.ask(desk -> {
            int total = desk.look(BrokerWatch.LETTERS, 1).total();
            String sentence = "purge %d %s".formatted(total, total == 1 ? "letter" : "letters");
            if (!sentence.equals(confirm)) {
                throw new ProblemException(
                        409,
                        "confirm: %s (expected: %s)"
                                .formatted(confirm == null ? "none" : Printable.of(confirm), sentence));
            }
            return new Answers.Removed(views.now(), desk.remove(BrokerWatch.LETTERS, total, total, message -> true));
        });
    }

    // ---- many at once

    Map<String, Bulk.Action> bulk() {
        return Map.of(
                "replay", new Bulk.Action(Role.OPERATOR, this::ids, this::replayAll),
                "purge", new Bulk.Action(Role.ADMIN, this::ids, this::discardAll));
    }

    private CompletableFuture<List<String>> ids(Query query) {
        @Nullable String q = query.lowerCase("q");
        @Nullable String reason = query.lowerCase("reason");
        return found().thenApply(found -> found.letters().stream()
                .filter(letter -> matches(letter, q, reason))
                .map(Letters.Letter::id)
                .toList());
    }

    private CompletableFuture<Map<String, String>> replayAll(List<String> ids) {
        return found().thenCompose(found -> {
            Map<String, Letters.Letter> byId = new HashMap<>();
            found.letters().forEach(letter -> byId.put(letter.id(), letter));
            Map<String, String> errors = new ConcurrentHashMap<>();
            List<CompletableFuture<?>> sent = new ArrayList<>();
            for (String id : ids) {
                Letters.Letter letter = byId.get(id);
                if (letter == null) {
                    errors.put(id, "is not parked any more");
                    continue;
                }
                try {
                    sent.add(replay(letter, Answers.Replay.AS_IT_WAS).exceptionally(error -> {
                        errors.put(id, String.valueOf(Sent.words(error)));
                        return new Answers.Replayed(id, null);
                    }));
                } catch (ProblemException e) {
                    errors.put(id, String.valueOf(e.getMessage()));
                }
            }
            return CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new))
                    .thenApply(unused -> errors);
        });
    }

    private CompletableFuture<Map<String, String>> discardAll(List<String> ids) {
        return broker.ask(desk -> takeOut(desk, ids)).thenApply(removed -> {
            Map<String, String> errors = new TreeMap<>();
            ids.stream().skip(removed).forEach(id -> errors.put(id, "is not parked any more"));
            return errors;
        });
    }
}
