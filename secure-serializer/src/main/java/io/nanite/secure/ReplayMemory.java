package io.nanite.secure;

import io.nanite.core.packet.Identity;
import java.time.Instant;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Which envelopes were read. It holds a bounded number: where it must forget one that still counts, all work of its sender
 * that is as old as that is refused from then on, because it cannot be told any more from what was read. Safe for use by
 * many threads.
 */
final class ReplayMemory {

    private final int capacity;
    private final Map<Key, Times> work = new LinkedHashMap<>();
    private final Map<Key, Times> answers = new LinkedHashMap<>();
    private final Map<PresenceKey, Long> lastPresence = new HashMap<>();
    private final Map<Identity, Long> forgottenUntil = new HashMap<>();

    private record Key(Identity from, SignedPacket.Nonce nonce) {}

    private record Times(long issued, long expires) {}

    private record PresenceKey(Identity from, boolean ping) {}

    ReplayMemory(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Notes work, or what is said once, or lets the checks refuse it.
     *
     * @param again whether the broker says that it comes again, so that having read it is no reason to refuse
     */
    synchronized void noteWork(SignedPacket packet, boolean again, Instant now, Checks checks) {
        Key key = new Key(packet.from(), packet.nonce());
        boolean known = work.containsKey(key);
        checks.require(!known || again, RefusalReason.REPLAY);
        long forgotten = forgottenUntil.getOrDefault(packet.from(), Long.MIN_VALUE);
        checks.require(known || again || packet.issued() > forgotten, RefusalReason.FORGOTTEN);
        if (!known) {
            makeRoom(
                    work,
                    SignedPacket.micros(now),
                    (gone, times) -> forgottenUntil.merge(gone.from(), times.issued(), Math::max));
            work.put(key, new Times(packet.issued(), packet.expires()));
        }
    }

    /** Notes an answer, or lets the checks refuse it. That it was forgotten is no reason: the ledger takes each once. */
    synchronized void noteAnswer(SignedPacket packet, boolean again, Instant now, Checks checks) {
        Key key = new Key(packet.from(), packet.nonce());
        boolean known = answers.containsKey(key);
        checks.require(!known || again, RefusalReason.REPLAY);
        if (!known) {
            makeRoom(answers, SignedPacket.micros(now), (gone, times) -> {});
            answers.put(key, new Times(packet.issued(), packet.expires()));
        }
    }

    /** Drops what is over, and the eldest where there is no room; tells who must know which of those still counted. */
    private void makeRoom(Map<Key, Times> read, long now, BiConsumer<Key, Times> forgetting) {
        Iterator<Map.Entry<Key, Times>> eldest = read.entrySet().iterator();
        while (eldest.hasNext()) {
            Map.Entry<Key, Times> entry = eldest.next();
            boolean over = entry.getValue().expires() < now;
            if (!over && read.size() < capacity) {
                return;
            }
            if (!over) {
                forgetting.accept(entry.getKey(), entry.getValue());
            }
            eldest.remove();
        }
    }

    /** Notes when a member last said that it is there, or lets the checks refuse what is not newer. */
    synchronized void notePresence(SignedPacket packet, boolean ping, Checks checks) {
        PresenceKey key = new PresenceKey(packet.from(), ping);
        Long last = lastPresence.get(key);
        checks.require(last == null || packet.issued() > last, RefusalReason.REPLAY);
        checks.require(last != null || lastPresence.size() < capacity, RefusalReason.FORGOTTEN);
        lastPresence.put(key, packet.issued());
    }
}
