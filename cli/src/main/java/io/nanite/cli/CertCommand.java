package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.secure.CertificateAuthority;
import io.nanite.secure.CertificateFinding;
import io.nanite.secure.CertificateFinding.Severity;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.Credentials;
import io.nanite.secure.IssuedCertificate;
import io.nanite.secure.KeyForm;
import io.nanite.secure.KeyKind;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes and keeps the certificates of an application. */
@Command(
        name = "cert",
        description = "Makes the certificates with which agents and mappers of an application sign and encrypt.",
        subcommands = {
            CertCommand.Init.class,
            CertCommand.Issue.class,
            CertCommand.Renew.class,
            CertCommand.Revoke.class,
            CertCommand.Export.class,
            CertCommand.Listing.class,
            CertCommand.Show.class,
            CertCommand.Verify.class
        })
final class CertCommand implements Callable<Integer> {

    @Mixin
    CommonOptions common = new CommonOptions();

    @Override
    public Integer call() {
        common.usage();
        return ExitCode.OK.code();
    }

    private static List<Identity> required(CertOptions.Members members) {
        List<Identity> all = members.all();
        if (all.isEmpty()) {
            throw ConfigException.of("--agent, --mapper", "nobody", "one member at least");
        }
        return all;
    }

    private static LocalDate day(Date date) {
        return date.toInstant().atZone(ZoneOffset.UTC).toLocalDate();
    }

    /** What is done with certificates that are made. */
    abstract static class Making implements Callable<Integer> {

        @Mixin
        CommonOptions common = new CommonOptions();

        @Mixin
        CertOptions options = new CertOptions();

        @Option(names = "--days", paramLabel = "COUNT", description = "how long a certificate counts (default: 365)")
        int days = 365;

        @Option(
                names = "--pkcs12",
                negatable = true,
                fallbackValue = "true",
                description = "keep keys as PKCS #12 (default: PKCS #8 in PEM)")
        boolean pkcs12;

        Duration lasting() {
            return Duration.ofDays(days);
        }

        KeyForm form() {
            return pkcs12 ? KeyForm.PKCS12 : KeyForm.PKCS8;
        }

        void made(Identity identity, Credentials credentials) {
            common.out()
                    .printf(
                            "%s: certificate %s until %s%n",
                            identity,
                            credentials.certificate().getSerialNumber().toString(16),
                            day(credentials.certificate().getNotAfter()));
        }
    }

    /** Makes the authority. */
    @Command(name = "init", description = "Makes the authority of an application, which signs all certificates.")
    static final class Init implements Callable<Integer> {

        @Mixin
        CommonOptions common = new CommonOptions();

        @Mixin
        CertOptions options = new CertOptions();

        @Option(
                names = "--application",
                paramLabel = "NAME",
                required = true,
                description = "its name, 1 to 64 of A-Z a-z 0-9 . _ -: members of another are strangers")
        String application = "";

        @Option(names = "--days", paramLabel = "COUNT", description = "how long the authority counts (default: 3650)")
        int days = 3650;

        @Override
        public Integer call() {
            CertificateAuthority made = CertificateAuthority.create(
                    options.certificates, application, Duration.ofDays(days), options.password(), TimeSource.system());
            common.out()
                    .printf(
                            "authority of %s until %s in %s; keep its ca.key to yourself%n",
                            application, day(made.certificate().getNotAfter()), options.certificates);
            return ExitCode.OK.code();
        }
    }

    /** Makes certificates. */
    @Command(name = "issue", description = "Makes a key and a certificate for each of these members.")
    static final class Issue extends Making {

        @Mixin
        CertOptions.Members members = new CertOptions.Members();

        @Option(
                names = "--rsa",
                negatable = true,
                fallbackValue = "true",
                description = "RSA with 3072 bits, for tools that know nothing else (default: P-256)")
        boolean rsa;

        @Override
        public Integer call() {
            List<Identity> all = required(members);
            CertificateAuthority authority = options.authority();
            for (Identity identity : all) {
                made(
                        identity,
                        authority.issue(
                                identity, rsa ? KeyKind.RSA3072 : KeyKind.P256, lasting(), form(), options.password()));
            }
            return ExitCode.OK.code();
        }
    }

    /** Makes certificates anew. */
    @Command(
            name = "renew",
            description =
                    "Makes a new key and certificate for members that have one. The old one counts until its own end, "
                            + "so that both are good for a while.")
    static final class Renew extends Making {

        @Mixin
        CertOptions.Members members = new CertOptions.Members();

        @Option(
                names = "--due",
                negatable = true,
                fallbackValue = "true",
                description = "whose last certificate ends within 30 days")
        boolean due;

        @Override
        public Integer call() {
            List<Identity> wanted = members.all();
            if (wanted.isEmpty() && !due) {
                throw ConfigException.of("--agent, --mapper", "nobody", "one member at least, or --due");
            }
            CertificateAuthority authority = options.authority();
            for (Identity identity : due ? dueOf(authority, wanted) : wanted) {
                made(identity, authority.renew(identity, lasting(), form(), options.password()));
            }
            return ExitCode.OK.code();
        }

        /** Of those who are wanted, or of all. */
        private static List<Identity> dueOf(CertificateAuthority authority, List<Identity> wanted) {
            Map<Identity, Instant> ends = new LinkedHashMap<>();
            for (IssuedCertificate issued : authority.issued()) {
                if (!issued.revoked() && (wanted.isEmpty() || wanted.contains(issued.identity()))) {
                    ends.merge(
                            issued.identity(),
                            issued.certificate().getNotAfter().toInstant(),
                            (one, other) -> one.isAfter(other) ? one : other);
                }
            }
            Instant soon = TimeSource.system().now().plus(IssuedCertificate.SOON);
            ends.values().removeIf(soon::isBefore);
            return List.copyOf(ends.keySet());
        }
    }

    /** Calls certificates back. */
    @Command(
            name = "revoke",
            description = "Calls back the certificates of members: who has the new crl.pem refuses them from then on.")
    static final class Revoke implements Callable<Integer> {

        @Mixin
        CommonOptions common = new CommonOptions();

        @Mixin
        CertOptions options = new CertOptions();

        @Mixin
        CertOptions.Members members = new CertOptions.Members();

        @Option(names = "--serial", paramLabel = "NUMBER", description = "only that with this number (default: all)")
        @Nullable
        String serial;

        @Override
        public Integer call() {
            List<Identity> all = required(members);
            CertificateAuthority authority = options.authority();
            for (Identity identity : all) {
                List<IssuedCertificate> revoked = authority.revoke(identity, serial);
                revoked.forEach(one -> common.out().printf("%s: called back %s%n", identity, one.serial()));
                if (revoked.isEmpty()) {
                    common.out().printf("%s: was called back before%n", identity);
                }
            }
            return ExitCode.OK.code();
        }
    }

    /** Hands them out. */
    @Command(
            name = "export",
            description =
                    "Writes what one member needs into another folder, to be taken to its host: the authority, what was "
                            + "called back, its certificates and its keys.")
    static final class Export implements Callable<Integer> {

        @Mixin
        CommonOptions common = new CommonOptions();

        @Mixin
        CertOptions options = new CertOptions();

        @Mixin
        CertOptions.Members members = new CertOptions.Members();

        @Option(
                names = "--to",
                paramLabel = "DIR",
                required = true,
                description = "the folder; it is made if it is not there")
        Path to = Path.of("");

        @Override
        public Integer call() {
            List<Identity> all = required(members);
            CertificateFolder folder = new CertificateFolder(options.certificates);
            for (Identity identity : all) {
                folder.export(identity, to).forEach(common.out()::println);
            }
            return ExitCode.OK.code();
        }
    }

    /** Shows them all. */
    @Command(name = "list", description = "Shows the certificates of the folder, and which of them end soon.")
    static final class Listing implements Callable<Integer> {

        private static final String ROW = "%-24s  %-16s  %-10s  %-10s  %s%n";

        @Mixin
        CommonOptions common = new CommonOptions();

        @Mixin
        CertOptions options = new CertOptions();

        @Option(names = "--json", negatable = true, fallbackValue = "true", description = "as one line of JSON")
        boolean json;

        @Override
        public Integer call() {
            Instant now = TimeSource.system().now();
            List<IssuedCertificate> all = new CertificateFolder(options.certificates).issued();
            if (json) {
                common.out()
                        .println(Json.line(
                                all.stream().map(one -> everything(one, now)).toList()));
            } else {
                common.out().printf(ROW, "MEMBER", "SERIAL", "FROM", "UNTIL", "STATE");
                all.forEach(one -> common.out()
                        .printf(
                                ROW,
                                one.identity(),
                                one.serial(),
                                day(one.certificate().getNotBefore()),
                                day(one.certificate().getNotAfter()),
                                state(one, now)));
            }
            return ExitCode.OK.code();
        }

        private static String state(IssuedCertificate one, Instant now) {
            long days = Duration.between(now, one.certificate().getNotAfter().toInstant())
                    .toDays();
            return switch (one.state(now)) {
                case GOOD -> "good";
                case ENDS_SOON -> "ends in %d days".formatted(days);
                case NOT_YET -> "not yet";
                case EXPIRED -> "over";
                case REVOKED -> "called back";
            };
        }

        private static Map<String, Object> everything(IssuedCertificate one, Instant now) {
            Map<String, Object> all = new LinkedHashMap<>();
            all.put("member", one.identity().value());
            all.put("serial", one.serial());
            all.put("from", one.certificate().getNotBefore().toInstant().toString());
            all.put("until", one.certificate().getNotAfter().toInstant().toString());
            all.put("state", one.state(now).name().toLowerCase(Locale.ROOT));
            all.put("file", one.file().toString());
            return all;
        }
    }

    /** Shows one member's. */
    @Command(name = "show", description = "Shows all that is in the certificates of members.")
    static final class Show implements Callable<Integer> {

        private static final String ROW = "  %-12s %s%n";

        @Mixin
        CommonOptions common = new CommonOptions();

        @Mixin
        CertOptions options = new CertOptions();

        @Mixin
        CertOptions.Members members = new CertOptions.Members();

        @Override
        public Integer call() throws GeneralSecurityException {
            List<Identity> wanted = required(members);
            List<IssuedCertificate> all = new CertificateFolder(options.certificates).issued();
            for (Identity identity : wanted) {
                List<IssuedCertificate> theirs = all.stream()
                        .filter(one -> one.identity().equals(identity))
                        .toList();
                if (theirs.isEmpty()) {
                    common.err().printf("%s: has no certificate in %s%n", identity, options.certificates);
                    return ExitCode.FAILED.code();
                }
                for (IssuedCertificate one : theirs) {
                    show(one);
                }
            }
            return ExitCode.OK.code();
        }

        private void show(IssuedCertificate one) throws GeneralSecurityException {
            X509Certificate certificate = one.certificate();
            common.out().println(one.file());
            common.out().printf(ROW, "subject", certificate.getSubjectX500Principal());
            common.out().printf(ROW, "issuer", certificate.getIssuerX500Principal());
            common.out().printf(ROW, "names", names(certificate));
            common.out().printf(ROW, "serial", one.serial());
            common.out().printf(ROW, "from", certificate.getNotBefore().toInstant());
            common.out().printf(ROW, "until", certificate.getNotAfter().toInstant());
            common.out().printf(ROW, "key", certificate.getPublicKey().getAlgorithm());
            common.out().printf(ROW, "signed with", certificate.getSigAlgName());
            common.out()
                    .printf(
                            ROW,
                            "SHA-256",
                            HexFormat.ofDelimiter(":")
                                    .withUpperCase()
                                    .formatHex(
                                            MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded())));
            common.out()
                    .printf(
                            ROW,
                            "state",
                            one.state(TimeSource.system().now())
                                    .name()
                                    .toLowerCase(Locale.ROOT)
                                    .replace('_', ' '));
        }

        private static String names(X509Certificate certificate) throws GeneralSecurityException {
            List<String> names = new ArrayList<>();
            if (certificate.getSubjectAlternativeNames() != null) {
                certificate.getSubjectAlternativeNames().forEach(name -> names.add(String.valueOf(name.get(1))));
            }
            return String.join(", ", names);
        }
    }

    /** Looks for what is wrong. */
    @Command(
            name = "verify",
            description =
                    "Says what is wrong in the folder: certificates that would be refused or end soon, keys that others may "
                            + "read or that do not fit. Ends with 1 if members would be refused.")
    static final class Verify implements Callable<Integer> {

        @Mixin
        CommonOptions common = new CommonOptions();

        @Mixin
        CertOptions options = new CertOptions();

        @Override
        public Integer call() {
            List<CertificateFinding> findings = new CertificateFolder(options.certificates)
                    .findings(TimeSource.system().now(), options.password());
            findings.forEach(finding ->
                    common.out().printf("%s %s%n", finding.severity().name().toLowerCase(Locale.ROOT), finding));
            if (findings.isEmpty()) {
                common.out().printf("%s: all is well%n", options.certificates);
            }
            return findings.stream().anyMatch(finding -> finding.severity() == Severity.ERROR)
                    ? ExitCode.FAILED.code()
                    : ExitCode.OK.code();
        }
    }
}
