package io.nanite.secure;

import io.nanite.core.packet.Identity;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Delivers certificates, and is not trusted with them: who reads or writes an envelope checks each against the
 * application's authority. Implementations are safe for use by many threads.
 */
public interface CertificateStore {

    /** All certificates of this member, in any order: while one follows another there are two. Empty if there is none. */
    List<X509Certificate> certificates(Identity identity);

    /** The mappers that have certificates. */
    Set<Identity> mappers();

    /** What the authority has called back; null where there is no list. */
    @Nullable
    X509CRL revocations();

    /**
     * Told of a member that has just said something, and of the certificate that it was found to be signed with: valid, of the
     * application's authority, and this member's. A store may remember it. On the threads that read; must not wait.
     */
    default void met(Identity identity, X509Certificate certificate) {}
}
