package io.nanite.admin;

import io.nanite.core.packet.Printable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Who has done what: a line in the log for each, and the last ones kept. Guarded by itself. */
final class AuditTrail {

    static final int KEPT = 500;

    private static final Logger AUDIT = LoggerFactory.getLogger("io.nanite.admin.audit");

    private final Deque<Answers.AuditLine> lines = new ArrayDeque<>(KEPT);

    void add(Answers.AuditLine line) {
        AUDIT.info(
                "{}{} {} {} {}: {}",
                line.address(),
                line.user() == null ? "" : " " + Printable.of(line.user()),
                line.method(),
                Printable.of(line.path()),
                line.what() == null ? "-" : Printable.of(line.what()),
                line.status());
        synchronized (this) {
            if (lines.size() == KEPT) {
                lines.removeFirst();
            }
            lines.addLast(line);
        }
    }

    /** Newest first. */
    synchronized List<Answers.AuditLine> newest(int most) {
        List<Answers.AuditLine> newest = new ArrayList<>(lines);
        Collections.reverse(newest);
        return List.copyOf(newest.subList(0, Math.min(most, newest.size())));
    }
}
