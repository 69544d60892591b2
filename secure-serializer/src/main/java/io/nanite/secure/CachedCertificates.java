package io.nanite.secure;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * Remembers what a slow store said: of several threads that miss the same member one asks, the others wait for it. What
 * failed is not remembered. Mappers and revocations are always asked for. Safe for use by many threads.
 */
public final class CachedCertificates implements CertificateStore {

    private final CertificateStore source;
    private final int capacity;
    private final Duration found;
    private final Duration missing;
    private final TimeSource time;
    private final Map<Identity, Entry> entries = new LinkedHashMap<>(16, 0.75f, true);

    private record Entry(CompletableFuture<List<X509Certificate>> answer, long since) {}

    /**
     * {@code capacity} members at most, the one that was not asked for the longest goes; what was found counts as long as
     * {@code found} says, what was not as long as {@code missing} says.
     */
    public CachedCertificates(
            CertificateStore source, int capacity, Duration found, Duration missing, TimeSource time) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: %d (expected: at least 1)".formatted(capacity));
        }
        this.source = source;
        this.capacity = capacity;
        this.found = found;
        this.missing = missing;
        this.time = time;
    }

    @Override
    public List<X509Certificate> certificates(Identity identity) {
        Entry mine = new Entry(new CompletableFuture<>(), time.nanos());
        Entry known = remembered(identity, mine);
        if (!known.equals(mine)) {
            return await(known.answer());
        }
        try {
            List<X509Certificate> answer = List.copyOf(source.certificates(identity));
            mine.answer().complete(answer);
            return answer;
        } catch (RuntimeException | Error e) {
            forget(identity, mine);
            mine.answer().completeExceptionally(e);
            throw e;
        }
    }

    private static List<X509Certificate> await(CompletableFuture<List<X509Certificate>> answer) {
        try {
            return answer.join();
        } catch (CompletionException | CancellationException e) {
            throw new CertificateException("certificates: the store failed (expected: an answer)", e);
        }
    }

    private Entry remembered(Identity identity, Entry fresh) {
        synchronized (entries) {
            Entry known = entries.get(identity);
            if (known != null && !isOver(known)) {
                return known;
            }
            entries.put(identity, fresh);
            if (entries.size() > capacity) {
                entries.remove(entries.keySet().iterator().next());
            }
            return fresh;
        }
    }

    private boolean isOver(Entry entry) {
        if (!entry.answer().isDone()) {
            return false;
        }
        Duration lifetime = entry.answer().join().isEmpty() ? missing : found;
        return time.nanos() - entry.since() >= lifetime.toNanos();
    }

    private void forget(Identity identity, Entry entry) {
        synchronized (entries) {
            entries.remove(identity, entry);
        }
    }

    @Override
    public Set<Identity> mappers() {
        return source.mappers();
    }

    @Override
    public @Nullable X509CRL revocations() {
        return source.revocations();
    }
}
