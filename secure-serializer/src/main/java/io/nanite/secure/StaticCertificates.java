package io.nanite.secure;

import io.nanite.core.packet.Identity;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Certificates that never change. Safe for use by many threads. */
public final class StaticCertificates implements CertificateStore {

    private final Map<Identity, List<X509Certificate>> byIdentity;
    private final Set<Identity> mappers;
    private final @Nullable X509CRL revocations;

    /** Throws {@link CertificateException} if a certificate names no member, or several. */
    public StaticCertificates(Collection<X509Certificate> certificates, @Nullable X509CRL revocations) {
        byIdentity = certificates.stream()
                .collect(Collectors.groupingBy(
                        certificate -> Member.required(certificate).identity(), Collectors.toUnmodifiableList()));
        mappers = byIdentity.keySet().stream().filter(Identity::isMapper).collect(Collectors.toUnmodifiableSet());
        this.revocations = revocations;
    }

    @Override
    public List<X509Certificate> certificates(Identity identity) {
        return byIdentity.getOrDefault(identity, List.of());
    }

    @Override
    public Set<Identity> mappers() {
        return mappers;
    }

    @Override
    public @Nullable X509CRL revocations() {
        return revocations;
    }
}
