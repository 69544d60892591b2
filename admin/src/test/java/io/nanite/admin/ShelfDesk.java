package io.nanite.admin;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A broker's shelf in memory: what is put into its queues is what a tower sees. Guarded by itself. */
final class ShelfDesk implements BrokerDesk {

    private final JsonSerializer serializer = new JsonSerializer();
    private final Map<String, List<StoredMessage>> queues = new TreeMap<>();
    private final List<String> alarms = new ArrayList<>();
    private final List<BrokerReport.Drift> drift = new ArrayList<>();

    synchronized void alarm(String words) {
        alarms.add(words);
    }

    synchronized void drift(String what, String sentence, String cure) {
        drift.add(new BrokerReport.Drift(what, sentence, cure));
    }

    /** A letter that somebody could not do, as agents leave them. */
    synchronized void park(String token, String service, @Nullable Object payload, String reason, Instant at) {
        put("dead-letter", token, service, payload, Map.of("x-reason", reason, "x-source", "nanite-fred"), at);
    }

    synchronized void parkUnreadable(byte[] body, String reason, Instant at) {
        shelf("dead-letter")
                .add(new StoredMessage(
                        Bytes.of(body),
                        "application/octet-stream",
                        Map.of("x-reason", reason, "x-source", "nanite-bob"),
                        null,
                        at));
    }

    /** A request that waits for somebody. */
    synchronized void wait(String token, String service, @Nullable Object payload, Instant at) {
        put("mapper-offline", token, service, payload, Map.of(), at);
    }

    private void put(
            String queue,
            String token,
            String service,
            @Nullable Object payload,
            Map<String, String> headers,
            Instant at) {
        Request request = new Request(
                new Service(service),
                Payload.of(payload),
                Identity.mapper("web1"),
                new Token(token),
                Identity.mapper("web1"),
                "least_loaded",
                null,
                false,
                Set.of(),
                false,
                Metadata.NONE);
        shelf(queue)
                .add(new StoredMessage(
                        Bytes.of(serializer.write(request, new Recipient.EveryMapper())),
                        serializer.contentType(),
                        headers,
                        token,
                        at));
    }

    private List<StoredMessage> shelf(String queue) {
        return queues.computeIfAbsent(queue, name -> new ArrayList<>());
    }

    @Override
    public synchronized BrokerReport report(List<String> names) {
        List<BrokerReport.Depth> depths = names.stream()
                .map(name -> new BrokerReport.Depth(
                        name,
                        shelf(name).size(),
                        0,
                        name.equals("dead-letter") ? 0 : 1,
                        shelf(name).isEmpty() ? null : 340L))
                .toList();
        return new BrokerReport("management", "RabbitMQ", "3.10.8", alarms, List.of("rabbit@one"), depths, drift);
    }

    @Override
    public synchronized StoredMessages look(String queue, int most) {
        List<StoredMessage> all = shelf(queue);
        return new StoredMessages(all.size(), all.subList(0, Math.min(most, all.size())));
    }

    @Override
    public synchronized int remove(String queue, int depth, int most, Predicate<StoredMessage> wanted) {
        int removed = 0;
        Iterator<StoredMessage> all = shelf(queue).iterator();
        for (int i = 0; i < depth && all.hasNext() && removed < most; i++) {
            if (wanted.test(all.next())) {
                all.remove();
                removed++;
            }
        }
        return removed;
    }

    /** Some letters of three kinds, and work that waits. */
    ShelfDesk filled(Instant now) {
        for (int i = 0; i < 9; i++) {
            park(
                    "b7c1%028x".formatted(i),
                    "/billing/charge",
                    Map.of("customer", 70 + i, "cents", 4995, "currency", "EUR"),
                    "gave up after 4 attempts: card %d: declined by the bank".formatted(4242 + i),
                    now.minusSeconds(3600 - i * 300L));
        }
        for (int i = 0; i < 3; i++) {
            park(
                    "c9d2%028x".formatted(i),
                    "/image/resize",
                    "photo-%d.jpg".formatted(i),
                    "refused: /image/resize is not allowed for mapper-web1",
                    now.minusSeconds(1200 - i * 60L));
        }
        parkUnreadable(
                new byte[] {(byte) 0x81, 0x42, 0, 7, (byte) 0xff},
                "unreadable: byte 0 of 5 is no packet",
                now.minusSeconds(90));
        for (int i = 0; i < 4; i++) {
            wait(
                    "d1e3%028x".formatted(i),
                    "/report/monthly",
                    Map.of("month", "2026-0" + (i + 1)),
                    now.minusSeconds(300 - i * 20L));
        }
        return this;
    }

    @Override
    public void close() {}
}
