package io.nanite.cli;

import io.nanite.core.Secret;
import io.nanite.core.packet.Identity;
import io.nanite.rabbitmq.Finding;
import io.nanite.secure.CertificateException;
import io.nanite.secure.CertificateFinding;
import io.nanite.secure.CertificateFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Looks at a folder of certificates as a process would that signs with them. */
final class CertificateCheckup {

    private static final String ABOUT = "certificates";

    private CertificateCheckup() {}

    /** Whether there is a certificate of this member. */
    static boolean has(Path folder, Identity member) {
        return Files.isDirectory(folder)
                && new CertificateFolder(folder)
                        .issued().stream().anyMatch(one -> one.identity().equals(member));
    }

    /**
     * What is wrong there at this time, for these members; one line that all is well if nothing is. Keys under a password are opened
     * with this one, or left alone.
     */
    static List<Finding> look(Path folder, List<Identity> members, Instant now, @Nullable Secret password) {
        if (!Files.isDirectory(folder)) {
            return List.of(Finding.wrong(
                    ABOUT,
                    "%s: not there (expected: a folder that nanite cert has made)".formatted(folder),
                    "nanite cert init --application NAME --certificates " + folder));
        }
        CertificateFolder certificates = new CertificateFolder(folder);
        List<Finding> findings = new ArrayList<>();
        for (CertificateFinding finding : certificates.findings(now, password)) {
            findings.add(
                    finding.severity() == CertificateFinding.Severity.ERROR
                            ? Finding.wrong(ABOUT, finding.toString(), "nanite cert verify --certificates " + folder)
                            : Finding.warning(
                                    ABOUT, finding.toString(), "nanite cert renew --due --certificates " + folder));
        }
        for (Identity member : members) {
            try {
                certificates.credentials(member, password);
            } catch (CertificateException e) {
                findings.add(Finding.wrong(
                        ABOUT,
                        String.valueOf(e.getMessage()),
                        "nanite cert issue --%s %s --certificates %s"
                                .formatted(member.isAgent() ? "agent" : "mapper", member.name(), folder)));
            }
        }
        return findings.isEmpty() ? List.of(Finding.fine(ABOUT, "all is well in " + folder)) : findings;
    }
}
