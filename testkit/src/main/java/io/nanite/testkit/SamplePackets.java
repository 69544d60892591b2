package io.nanite.testkit;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.FileChunk;
import io.nanite.core.packet.FileEnd;
import io.nanite.core.packet.FileStart;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Verdict;
import io.nanite.core.packet.Vitals;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Packets of every kind, made up from a seed: the same seed makes the same packets. Used by one thread. */
public final class SamplePackets {

    private static final String[] PIECES = {
        "plain",
        "ünï",
        "☃",
        "😀",
        "\"quoted\"",
        "back\\slash",
        "\n\t\r",
        "\u0000",
        "\u2028",
        "</script>",
        " ",
        "json_class",
        "\u007f",
        "\uffff",
        "{\"size\":1}",
        ",",
        "日本語"
    };

    private final Random random;

    public SamplePackets(long seed) {
        random = new Random(seed);
    }

    /** The next packet, of any kind. */
    public Packet next() {
        return switch (random.nextInt(15)) {
            case 0, 1 -> request();
            case 2 -> push();
            case 3 -> new Result(token(), mapper(), agent(), Outcome.success(value(3)), random.nextInt(3) - 1L);
            case 4 -> new Result(token(), mapper(), agent(), failure(), random.nextInt(1_000_000));
            case 5 ->
                new IntermediateMessage(token(), mapper(), agent(), text(), Payload.of(value(3)), random.nextInt(3));
            case 6 -> new Register(agent(), services(), tags(), status(), vitals(true));
            case 7 -> new UnRegister(agent());
            case 8 -> new Ping(agent(), status(), vitals(false));
            case 9 -> new Advertise(random.nextBoolean() ? agent() : null);
            case 10 -> new Cancel(token(), mapper());
            case 11 -> new FileChunk(bytes(), token());
            case 12 -> new Instruct(token(), mapper(), "drain", random.nextBoolean() ? text() : null);
            case 13 -> new Results(token(), agent(), mapper(), outcomes());
            default ->
                random.nextBoolean()
                        ? new FileStart(text(), text(), token())
                        : new FileEnd(token(), Payload.of(value(2)));
        };
    }

    /** Work that wants a result. */
    public Request request() {
        return new Request(
                service(),
                Payload.of(value(3)),
                random.nextBoolean() ? mapper() : agent(),
                token(),
                random.nextBoolean() ? mapper() : null,
                selector(),
                random.nextBoolean() ? agent() : null,
                random.nextBoolean(),
                tags(),
                random.nextBoolean(),
                metadata());
    }

    private Push push() {
        return new Push(
                service(),
                Payload.of(value(3)),
                mapper(),
                token(),
                selector(),
                agent(),
                random.nextBoolean(),
                tags(),
                metadata());
    }

    private Outcome.Failure failure() {
        Verdict[] failures = {Verdict.FAILED, Verdict.REFUSED, Verdict.TIMEOUT, Verdict.LOST, Verdict.CANCELLED};
        return new Outcome.Failure(failures[random.nextInt(failures.length)], "SomeException", text());
    }

    private Map<Identity, Outcome> outcomes() {
        Map<Identity, Outcome> outcomes = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            outcomes.put(agent(), random.nextBoolean() ? Outcome.success(value(2)) : failure());
        }
        return outcomes;
    }

    private List<Service> path() {
        return Stream.generate(this::service).limit(random.nextInt(4)).toList();
    }

    private Metadata metadata() {
        return new Metadata(
                random.nextBoolean() ? 0 : 1_700_000_000_000L + random.nextInt(),
                1 + random.nextInt(3),
                random.nextInt(3),
                random.nextBoolean() ? null : "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                path());
    }

    private Vitals vitals(boolean registering) {
        return new Vitals(
                random.nextInt(3),
                random.nextInt(3),
                random.nextBoolean() ? null : "boot-" + random.nextInt(9),
                random.nextInt(3),
                registering && random.nextBoolean() ? "1.2.3" : null,
                registering && random.nextBoolean());
    }

    private Status status() {
        return switch (random.nextInt(4)) {
            case 0 -> Status.UNKNOWN;
            case 1 -> Status.read(random.nextInt(100));
            case 2 -> Status.read("busy " + text());
            default -> Status.of(random.nextDouble());
        };
    }

    private Set<Service> services() {
        Set<Service> services = new LinkedHashSet<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            services.add(service());
        }
        return services;
    }

    private Set<String> tags() {
        Set<String> tags = new LinkedHashSet<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            tags.add(text());
        }
        return tags;
    }

    /** Plain data: what both formats give back as they got it. */
    private @Nullable Object value(int depth) {
        return switch (random.nextInt(depth > 0 ? 10 : 8)) {
            case 0 -> null;
            case 1 -> random.nextInt();
            case 2 -> random.nextLong() | 1L << 62;
            case 3 -> random.nextGaussian();
            case 4 -> random.nextBoolean();
            case 5 -> new BigInteger(80, random).setBit(79);
            case 6, 7 -> text();
            case 8 -> list(depth - 1);
            default -> map(depth - 1);
        };
    }

    private List<@Nullable Object> list(int depth) {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            list.add(value(depth));
        }
        return list;
    }

    private Map<String, @Nullable Object> map(int depth) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        for (int i = random.nextInt(5); i > 0; i--) {
            map.put(text(), value(depth));
        }
        return map;
    }

    private String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(random.nextInt(20) == 0 ? 500 : 6); i > 0 && text.length() < 240; i--) {
            text.append(PIECES[random.nextInt(PIECES.length)]);
        }
        return text.toString();
    }

    private Bytes bytes() {
        byte[] bytes = new byte[random.nextInt(200)];
        random.nextBytes(bytes);
        return Bytes.of(bytes);
    }

    private Service service() {
        return Service.parse("/prefix" + random.nextInt(5) + "/deep.er/method" + random.nextInt(5) + "?");
    }

    private String selector() {
        return random.nextBoolean() ? "least_loaded" : "my-own.Selector_2";
    }

    private Token token() {
        return new Token("%032x".formatted(new BigInteger(128, random)));
    }

    private Identity agent() {
        return Identity.agent("a" + random.nextInt(1_000));
    }

    private Identity mapper() {
        return Identity.mapper("m" + random.nextInt(1_000));
    }
}
