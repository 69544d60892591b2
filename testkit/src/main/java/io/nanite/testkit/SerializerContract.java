package io.nanite.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What every serializer promises. Extend it in a test of your serializer, and give it one that reads what it writes:
 * {@link #serializer} for {@link #recipient}.
 */
public abstract class SerializerContract {

    private static final int DOCUMENT_LIMIT = 8 * 1024 * 1024;

    /** What is tested. */
    protected abstract Serializer serializer();

    /** Somebody for whom the serializer can write and whose packets it can read. */
    protected Recipient recipient() {
        return new Recipient.One(Identity.agent("a1"));
    }

    /** How many packets to make up; fewer where each costs a signature. */
    protected int rounds() {
        return 2_000;
    }

    /** A type for conversions, with what a caller may want in it. */
    public record Order(
            String name,
            int count,
            double price,
            boolean paid,
            List<Position> positions,
            Map<String, Long> stock,
            @Nullable Instant at,
            @Nullable LocalDate day,
            @Nullable Duration within,
            Kind kind) {}

    /** A part of an {@link Order}. */
    public record Position(long article, String text) {}

    /** A choice in an {@link Order}. */
    public enum Kind {
        SMALL,
        LARGE
    }

    @Test
    void everyPacketThatIsWrittenIsReadAsItWas() {
        SamplePackets packets = new SamplePackets(42);
        for (int i = 0; i < rounds(); i++) {
            Packet packet = packets.next();

            assertThat(roundTrip(packet)).as("packet %d of seed 42", i).isEqualTo(packet);
        }
    }

    @Test
    void aPacketThatWasReadIsPassedOnAsItWas() {
        SamplePackets packets = new SamplePackets(43);
        for (int i = 0; i < rounds(); i++) {
            Packet packet = packets.next();

            assertThat(roundTrip(roundTrip(packet)))
                    .as("packet %d of seed 43", i)
                    .isEqualTo(packet);
        }
    }

    @Test
    void aPacketInTheMiddleOfAnArrayIsReadLikeOneThatFillsIt() {
        SamplePackets packets = new SamplePackets(44);
        for (int i = 0; i < rounds() / 4; i++) {
            Packet packet = packets.next();
            byte[] written = serializer().write(packet, recipient());
            byte[] array = new byte[written.length + 20];
            Arrays.fill(array, (byte) '"');
            System.arraycopy(written, 0, array, 7, written.length);

            Packet read = serializer()
                    .read(new Bytes(array, 7, written.length), serializer().contentType());

            assertThat(read).as("packet %d of seed 44", i).isEqualTo(packet);
        }
    }

    @Test
    void manyThreadsMayUseOneSerializer() {
        List<CompletableFuture<Void>> users = IntStream.range(0, 4)
                .mapToObj(seed -> CompletableFuture.runAsync(() -> {
                    SamplePackets packets = new SamplePackets(seed);
                    for (int i = 0; i < rounds() / 4; i++) {
                        Packet packet = packets.next();
                        assertThat(roundTrip(packet)).isEqualTo(packet);
                    }
                }))
                .toList();

        users.forEach(CompletableFuture::join);
    }

    @Test
    void itReadsTheMediaTypeThatItWrites() {
        assertThat(serializer().reads(serializer().contentType())).isTrue();
    }

    @Test
    void aMediaTypeThatItDoesNotReadIsRefusedByName() {
        Bytes written = Bytes.of(serializer().write(request(Payload.of("x")), recipient()));

        assertThat(serializer().reads("application/x-java-serialized-object")).isFalse();
        assertThatThrownBy(() -> serializer().read(written, "application/x-java-serialized-object"))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("application/x-java-serialized-object");
    }

    @Test
    void recordsTravelAsPlainDataAndComeBackAsRecords() {
        Order order = new Order(
                "Grüße ☃",
                3,
                9.5,
                true,
                List.of(new Position(1L << 40, "a"), new Position(2, "b")),
                Map.of("here", 5L),
                Instant.parse("2026-01-02T03:04:05.123456789Z"),
                LocalDate.of(2026, 2, 28),
                Duration.ofMillis(1500),
                Kind.LARGE);

        Payload arrived = arrived(Payload.of(order));

        assertThat(serializer().convert(arrived, Order.class)).isEqualTo(order);
        assertThat(serializer().convert(Payload.of(order), Order.class)).isEqualTo(order);
        assertThat(arrived.value()).isInstanceOf(Map.class);
        assertThat(((Map<?, ?>) value(arrived)).get("at")).isEqualTo("2026-01-02T03:04:05.123456789Z");
    }

    @Test
    void payloadsConvertToTypesWithArguments() {
        Type list = new Object() {
            @SuppressWarnings("unused")
            List<Position> field = List.of();
        }.getClass().getDeclaredFields()[0].getGenericType();

        assertThat(serializer().convert(arrived(Payload.of(List.of(new Position(1, "a")))), list))
                .isEqualTo(List.of(new Position(1, "a")));
    }

    @Test
    void scalarsConvertToWhatTheyAre() {
        assertThat(converted(5, int.class)).isEqualTo(5);
        assertThat(converted(5, long.class)).isEqualTo(5L);
        assertThat(converted(5, double.class)).isEqualTo(5.0);
        assertThat(converted(1.5, Double.class)).isEqualTo(1.5);
        assertThat(converted(true, boolean.class)).isEqualTo(true);
        assertThat(converted("text", String.class)).isEqualTo("text");
        assertThat(converted(null, String.class)).isNull();
        assertThat(converted(null, Order.class)).isNull();
        assertThat(converted("2026-01-02T03:04:05Z", Instant.class)).isEqualTo(Instant.parse("2026-01-02T03:04:05Z"));
        assertThat(converted("SMALL", Kind.class)).isEqualTo(Kind.SMALL);
        assertThat(converted(new byte[] {1, -1, 0}, byte[].class)).isEqualTo(new byte[] {1, -1, 0});
    }

    @Test
    void whatDoesNotFitATypeIsNamedButNotQuoted() {
        assertMisfit("abc", int.class, "int", "a text");
        assertMisfit("12", int.class, "int", "a text");
        assertMisfit("", int.class, "int", "a text");
        assertMisfit(1.5, int.class, "int", "fraction");
        assertMisfit(true, long.class, "long", "a boolean");
        assertMisfit(1, boolean.class, "boolean", "a whole number");
        assertMisfit(1L << 40, int.class, "int", "a whole number");
        assertMisfit(null, int.class, "int", "null");
        assertMisfit(List.of(1), String.class, "String", "an array");
        assertMisfit("abc", Order.class, "Order", "a text");
        assertMisfit("secret", Kind.class, "Kind", "a text");
        assertMisfit("secret", Instant.class, "Instant", "a text");
        assertMisfit(
                Map.of("positions", List.of(Map.of("article", "secret"))), Order.class, "long", "positions[0].article");
    }

    @Test
    void propertiesThatATypeDoesNotKnowAreIgnored() {
        Object converted = serializer()
                .convert(arrived(Payload.of(Map.of("article", 1, "text", "a", "colour", "red"))), Position.class);

        assertThat(converted).isEqualTo(new Position(1, "a"));
    }

    @Test
    void thePayloadNeverChoosesAClass() {
        Map<String, Object> hostile = new HashMap<>();
        hostile.put("@class", "javax.script.ScriptEngineManager");
        hostile.put("json_class", "Nanite::Request");
        hostile.put("@type", "java.net.URL");

        assertThat(converted(hostile, Object.class)).isEqualTo(hostile);
        assertThat(converted(List.of("java.net.URL", "http://localhost/"), Object.class))
                .isEqualTo(List.of("java.net.URL", "http://localhost/"));
    }

    @Test
    void answersCanBeCollectedWithoutTakingThemApart() {
        Payload one = arrived(Payload.of(Map.of("k", List.of(1, 2))));
        Payload two = arrived(Payload.of("text"));

        Payload both = arrived(Payload.of(Map.of("nanite-a1", one, "nanite-a2", two, "nanite-a3", Payload.nothing())));

        Map<String, @Nullable Object> expected = new HashMap<>();
        expected.put("nanite-a1", Map.of("k", List.of(1, 2)));
        expected.put("nanite-a2", "text");
        expected.put("nanite-a3", null);
        assertThat(both.value()).isEqualTo(expected);
    }

    @Test
    void aPayloadThatCannotBeWrittenIsAnError() {
        assertThatThrownBy(() -> serializer().write(request(Payload.of(new Object())), recipient()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Request");

        Object[] cycle = new Object[1];
        cycle[0] = cycle;
        assertThatThrownBy(() -> serializer().write(request(Payload.of(cycle)), recipient()))
                .isInstanceOf(SerializationException.class);

        // And the next packet of this thread is none the worse.
        assertThat(roundTrip(request(Payload.of("next")))).isEqualTo(request(Payload.of("next")));
    }

    @Test
    void aPacketOverTheLimitIsRefusedByItsWriter() {
        assertThatThrownBy(() -> serializer().write(request(Payload.of("x".repeat(DOCUMENT_LIMIT))), recipient()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("8388608");

        assertThat(roundTrip(request(Payload.of("next")))).isEqualTo(request(Payload.of("next")));
    }

    @Test
    void aPacketThatIsLargeAndWithinTheLimitIsFine() {
        Request large = request(Payload.of("x☃".repeat(1_000_000)));

        assertThat(roundTrip(large)).isEqualTo(large);
    }

    @Test
    @Timeout(value = 120, unit = TimeUnit.SECONDS)
    void bytesThatAreNoPacketAreRefusedAndNeverThrowAnythingElse() {
        Random random = new Random(45);
        SamplePackets packets = new SamplePackets(45);
        int readable = 0;
        for (int i = 0; i < mutations(); i++) {
            byte[] bytes = mutated(serializer().write(packets.next(), recipient()), random);
            try {
                touch(serializer().read(Bytes.of(bytes), serializer().contentType()));
                readable++;
            } catch (SerializationException expected) {
                assertThat(expected).hasMessageContaining("expected");
            }
        }
        assertThat(readable).as("of %d", mutations()).isLessThan(mutations());
    }

    /** How many broken packets to try. */
    protected int mutations() {
        return 20_000;
    }

    /** A payload stays in its bytes until it is asked for, so what is wrong with it may show as late as that. */
    private static void touch(Packet packet) {
        var unused = packet.hashCode();
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(4)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    int from = random.nextInt(bytes.length);
                    int count = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, count);
                }
            }
        }
        return bytes;
    }

    private void assertMisfit(@Nullable Object value, Class<?> type, String expected, String found) {
        for (Payload payload : new Payload[] {arrived(Payload.of(value)), Payload.of(value)}) {
            assertThatThrownBy(() -> serializer().convert(payload, type))
                    .isInstanceOf(SerializationException.class)
                    .hasMessageContaining(expected)
                    .hasMessageContaining(found)
                    .hasNoCause()
                    .message()
                    .doesNotContain("abc", "secret");
        }
    }

    private @Nullable Object converted(@Nullable Object value, Class<?> type) {
        return serializer().convert(arrived(Payload.of(value)), type);
    }

    private static Object value(Payload payload) {
        Object value = payload.value();
        return assertThat(value).isNotNull().actual();
    }

    /** The payload as it arrives somewhere. */
    private Payload arrived(Payload payload) {
        Result result = (Result) roundTrip(new Result(
                new Token("t"), Identity.mapper("m1"), Identity.agent("a1"), new Outcome.Success(payload), -1));
        return ((Outcome.Success) result.outcome()).payload();
    }

    private Packet roundTrip(Packet packet) {
        return serializer()
                .read(
                        Bytes.of(serializer().write(packet, recipient())),
                        serializer().contentType());
    }

    private static Request request(Payload payload) {
        return new Request(
                Service.parse("/simple/echo"),
                payload,
                Identity.mapper("m1"),
                new Token("349eecc5088af66b118a37a9082f912c"),
                Identity.mapper("m1"),
                "least_loaded",
                Identity.agent("a1"),
                false,
                Set.of(),
                false,
                Metadata.NONE);
    }
}
