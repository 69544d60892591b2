package io.nanite.bench;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.Recipient;
import io.nanite.secure.BareCurve;
import io.nanite.secure.Credentials;
import io.nanite.secure.SecureSerializer;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import javax.crypto.Cipher;
import javax.crypto.KeyAgreement;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What an envelope costs against the bare arithmetic that is in it: sign, make a key, agree, seal; and verify, agree, open; once as
 * the serializer does it, once with the JDK alone. One thread, short rounds in turn, processor time, which others on the machine
 * disturb least. A ratio is the median of those of the rounds: what disturbs one contender for long disturbs its neighbours too.
 *
 * <p>{@code Envelopes [--rounds 41] [--seconds 0.25] [--sizes 100,1024]}. Two envelopes: an answer, for one mapper; and a request, for
 * one agent and the mapper that may have to save it, which is one agreement more.
 */
public final class Envelopes {

    private static final Identity AGENT = Identity.agent("a1");
    private static final Identity MAPPER = Identity.mapper("m1");

    private static final int WARM_UP = 8;

    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    /** Something that is done again and again. */
    private interface Work {

        void run() throws Exception;
    }

    private Envelopes() {}

    /** Runs the benchmark; exits 0, or throws at the first wrong answer. */
    public static void main(String[] args) throws Exception {
        Map<String, String> options = new LinkedHashMap<>();
        for (int i = 0; i + 1 < args.length; i += 2) {
            options.put(args[i], args[i + 1]);
        }
        int rounds = Integer.parseInt(options.getOrDefault("--rounds", "41"));
        long nanos = (long) (Double.parseDouble(options.getOrDefault("--seconds", "0.25")) * 1e9);
        System.out.printf(
                Locale.ROOT,
                "Java %s%n%-32s %7s %10s %7s%n",
                Runtime.version().feature(),
                "contender",
                "bytes",
                "µs",
                "ratio");
        try (Members members = new Members(AGENT, MAPPER)) {
            for (String size : options.getOrDefault("--sizes", "100,1024").split(",", -1)) {
                String text = "q".repeat(Integer.parseInt(size));
                compare(members, AGENT, MAPPER, answer(text), 1, text, rounds, nanos);
                compare(members, MAPPER, AGENT, request(text), 2, text, rounds, nanos);
            }
        }
    }

    private static void compare(
            Members members,
            Identity from,
            Identity to,
            Packet packet,
            int readers,
            String text,
            int rounds,
            long nanos)
            throws Exception {
        SecureSerializer writer = members.serializer(from);
        SecureSerializer reader = members.serializer(to);
        Map<String, Work> works = new LinkedHashMap<>();
        works.put("bare", bare(members.credentials(from), members.credentials(to), readers, text));
        works.put("bare, JDK alone", jdk(members.credentials(from), readers, text));
        works.put("envelope, written and read", () -> {
            byte[] envelope = writer.write(packet, new Recipient.One(to));
            if (!reader.read(Bytes.of(envelope), SecureSerializer.CONTENT_TYPE).equals(packet)) {
                throw new IllegalStateException("another packet (expected: the one that was written)");
            }
        });
        Map<String, List<Double>> times = new LinkedHashMap<>();
        for (int round = -WARM_UP; round < rounds; round++) {
            for (Map.Entry<String, Work> work : works.entrySet()) {
                double micros = micros(work.getValue(), nanos);
                if (round >= 0) {
                    times.computeIfAbsent(work.getKey(), unused -> new ArrayList<>())
                            .add(micros);
                }
            }
        }
        List<Double> limits = times.getOrDefault("bare", List.of());
        times.forEach((name, all) -> System.out.printf(
                Locale.ROOT,
                "%-32s %7d %10.1f %7.2f%n",
                packet.getClass().getSimpleName() + ": " + name,
                text.length(),
                median(all),
                median(ratios(limits, all))));
    }

    private static List<Double> ratios(List<Double> limits, List<Double> all) {
        return IntStream.range(0, all.size())
                .mapToObj(round -> limits.get(round) / all.get(round))
                .toList();
    }

    private static double median(List<Double> all) {
        double[] sorted = all.stream().mapToDouble(each -> each).sorted().toArray();
        return sorted[sorted.length / 2];
    }

    private static double micros(Work work, long nanos) throws Exception {
        long start = THREADS.getCurrentThreadCpuTime();
        int count = 0;
        long now = start;
        while (now - start < nanos) {
            work.run();
            count++;
            now = THREADS.getCurrentThreadCpuTime();
        }
        return (now - start) / 1e3 / count;
    }

    private static Work bare(Credentials signer, Credentials reader, int readers, String text) {
        BareCurve curve = new BareCurve(signer, reader);
        BareCurve.Verifier verifier = curve.verifier();
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        return () -> {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
            byte[] signature = curve.sign(digest);
            byte[] agreed = curve.agree();
            for (int more = 1; more < readers; more++) {
                curve.agree(curve.point().toArray());
            }
            byte[] opened =
                    opened(sealed(content, agreed), curve.agree(curve.point().toArray()));
            if (!verifier.verify(MessageDigest.getInstance("SHA-256").digest(opened), signature)) {
                throw new IllegalStateException("signature: not verified (expected: it is)");
            }
        };
    }

    private static Work jdk(Credentials signer, int readers, String text) throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        KeyPair reader = generator.generateKeyPair();
        byte[] content = text.getBytes(StandardCharsets.UTF_8);
        return () -> {
            Signature signing = Signature.getInstance("SHA256withECDSA");
            signing.initSign(signer.key());
            signing.update(content);
            byte[] signature = signing.sign();
            KeyPair ephemeral = generator.generateKeyPair();
            byte[] agreed = agreed(ephemeral, reader);
            for (int more = 1; more < readers; more++) {
                agreed(ephemeral, reader);
            }
            byte[] opened = opened(sealed(content, agreed), agreed(reader, ephemeral));
            Signature verifying = Signature.getInstance("SHA256withECDSA");
            verifying.initVerify(signer.certificate().getPublicKey());
            verifying.update(opened);
            if (!verifying.verify(signature)) {
                throw new IllegalStateException("signature: not verified (expected: it is)");
            }
        };
    }

    private static byte[] agreed(KeyPair ours, KeyPair theirs) throws GeneralSecurityException {
        KeyAgreement agreement = KeyAgreement.getInstance("ECDH");
        agreement.init(ours.getPrivate());
        agreement.doPhase(theirs.getPublic(), true);
        return agreement.generateSecret();
    }

    private static byte[] sealed(byte[] content, byte[] key) throws GeneralSecurityException {
        return gcm(Cipher.ENCRYPT_MODE, content, key);
    }

    private static byte[] opened(byte[] sealed, byte[] key) throws GeneralSecurityException {
        return gcm(Cipher.DECRYPT_MODE, sealed, key);
    }

    private static byte[] gcm(int mode, byte[] bytes, byte[] key) throws GeneralSecurityException {
        SecretKey secret = new SecretKeySpec(Arrays.copyOf(key, 32), "AES");
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, secret, new GCMParameterSpec(128, new byte[12]));
        return cipher.doFinal(bytes);
    }

    private static Packet answer(String text) {
        return new Result(
                new Token("349eecc5088af66b118a37a9082f912c"),
                MAPPER,
                AGENT,
                new Outcome.Success(Payload.of(text)),
                10);
    }

    private static Packet request(String text) {
        return new Request(
                Service.parse("/simple/echo"),
                Payload.of(text),
                MAPPER,
                new Token("349eecc5088af66b118a37a9082f912c"),
                MAPPER,
                "least_loaded",
                AGENT,
                false,
                Set.of(),
                false,
                Metadata.NONE);
    }
}
