package io.nanite.secure;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Learns the certificates of members from what they sign, so that nobody copies files by hand: registrations of agents, and
 * what mappers say when they come, carry them ({@link SecureConfig#carriesCertificates}). Only what was found to come from the
 * application's authority is learned; what it has called back is said by the store around which this is. Safe for use by many
 * threads.
 */
public final class RegistryCertificates implements CertificateStore {

    /** A mapper that was silent for longer is not encrypted for any more; its certificate stays known. */
    static final Duration HERE = Duration.ofMinutes(10);

    /** One that is used, the next one, and two to spare. */
    private static final int MOST_OF_ONE = 4;

    private final CertificateStore given;
    private final int capacity;
    private final TimeSource time;

    // Guarded by itself.
    private final Map<Identity, Known> learned = new LinkedHashMap<>(16, 0.75f, true);

    private record Known(List<X509Certificate> certificates, long heardAt) {}

    /**
     * {@code given} has what was given by hand, the member's own certificate at least, and what was called back; of {@code
     * capacity} members at most the certificates are learned, and the one that was not heard of for the longest goes.
     */
    public RegistryCertificates(CertificateStore given, int capacity, TimeSource time) {
        if (capacity < 1) {
            throw new IllegalArgumentException("capacity: %d (expected: at least 1)".formatted(capacity));
        }
        this.given = given;
        this.capacity = capacity;
        this.time = time;
    }

    @Override
    public void met(Identity identity, X509Certificate certificate) {
        synchronized (learned) {
            Known known = learned.get(identity);
            List<X509Certificate> certificates = known == null ? List.of() : known.certificates();
            learned.put(identity, new Known(with(certificates, certificate), time.nanos()));
            if (learned.size() > capacity) {
                learned.remove(learned.keySet().iterator().next());
            }
        }
    }

    /** The newest of them. */
    private static List<X509Certificate> with(List<X509Certificate> certificates, X509Certificate certificate) {
        if (certificates.contains(certificate)) {
            return certificates;
        }
        List<X509Certificate> all = new ArrayList<>(certificates);
        all.add(certificate);
        all.sort(Comparator.comparing(X509Certificate::getNotBefore).reversed());
        return List.copyOf(all.subList(0, Math.min(all.size(), MOST_OF_ONE)));
    }

    @Override
    public List<X509Certificate> certificates(Identity identity) {
        List<X509Certificate> byHand = given.certificates(identity);
        List<X509Certificate> heard = heardOf(identity);
        if (byHand.isEmpty() || heard.isEmpty()) {
            return byHand.isEmpty() ? heard : byHand;
        }
        List<X509Certificate> all = new ArrayList<>(byHand);
        heard.stream().filter(certificate -> !byHand.contains(certificate)).forEach(all::add);
        return all;
    }

    private List<X509Certificate> heardOf(Identity identity) {
        synchronized (learned) {
            Known known = learned.get(identity);
            return known == null ? List.of() : known.certificates();
        }
    }

    @Override
    public Set<Identity> mappers() {
        Set<Identity> mappers = new TreeSet<>(given.mappers());
        long now = time.nanos();
        synchronized (learned) {
            learned.forEach((identity, known) -> {
                if (identity.isMapper() && now - known.heardAt() < HERE.toNanos()) {
                    mappers.add(identity);
                }
            });
        }
        return mappers;
    }

    @Override
    public @Nullable X509CRL revocations() {
        return given.revocations();
    }
}
