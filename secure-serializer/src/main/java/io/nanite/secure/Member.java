package io.nanite.secure;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Printable;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An agent or mapper of an application, as its certificate names it: {@code nanite://shop/agent/nanite-a1}. */
record Member(String application, Identity identity) {

    private static final String SCHEME = "nanite://";

    private static final Pattern APPLICATION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /** The type of a URI among the alternative names of RFC 5280. */
    private static final Integer URI = 6;

    static boolean isApplication(String text) {
        return APPLICATION.matcher(text).matches();
    }

    /** The name in the certificate. */
    String uri() {
        return SCHEME + application + '/' + role(identity) + '/' + identity;
    }

    private static String role(Identity identity) {
        return identity.isAgent() ? "agent" : "mapper";
    }

    /** Whom the certificate names; null if it names nobody, or more than one. */
    static @Nullable Member of(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            List<String> ours = names == null
                    ? List.of()
                    : names.stream()
                            .filter(name -> URI.equals(name.get(0)))
                            .map(name -> String.valueOf(name.get(1)))
                            .filter(name -> name.startsWith(SCHEME))
                            .toList();
            return ours.size() == 1 ? parse(ours.get(0)) : null;
        } catch (CertificateParsingException e) {
            return null;
        }
    }

    private static @Nullable Member parse(String uri) {
        List<String> parts = List.of(uri.substring(SCHEME.length()).split("/", -1));
        if (parts.size() != 3 || !isApplication(parts.get(0)) || !Identity.isIdentity(parts.get(2))) {
            return null;
        }
        Identity identity = new Identity(parts.get(2));
        return parts.get(1).equals(role(identity)) ? new Member(parts.get(0), identity) : null;
    }

    /** Whom the certificate names; throws {@link CertificateException} if that is not one member. */
    static Member required(X509Certificate certificate) {
        Member member = of(certificate);
        if (member == null) {
            throw new CertificateException(
                    "certificate of %s: no member (expected: one URI %sAPPLICATION/agent|mapper/ID)"
                            .formatted(
                                    Printable.of(certificate
                                            .getSubjectX500Principal()
                                            .getName()),
                                    SCHEME));
        }
        return member;
    }

    @Override
    public String toString() {
        return uri();
    }
}
