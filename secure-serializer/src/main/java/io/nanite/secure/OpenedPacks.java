package io.nanite.secure;

import io.nanite.core.Bytes;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The envelopes of packs that were opened and verified last, so that this is done once and not for each packet. Safe for use by
 * many threads.
 */
final class OpenedPacks {

    /** Packets of a pack are read one behind the other: only what several threads read at once must fit. */
    private static final int MOST = 16;

    /** What was signed, and with which certificate: whether that still counts is to be asked for each packet. */
    record Opened(SignedPack pack, X509Certificate signer) {}

    private final Map<Bytes, Opened> opened = new LinkedHashMap<>(16, 0.75f, true);

    synchronized @Nullable Opened find(Bytes envelope) {
        return opened.get(envelope);
    }

    synchronized void put(Bytes envelope, Opened pack) {
        opened.put(envelope, pack);
        if (opened.size() > MOST) {
            opened.remove(opened.keySet().iterator().next());
        }
    }
}
