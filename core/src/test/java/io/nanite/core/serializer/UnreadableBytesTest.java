package io.nanite.core.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.nanite.core.Bytes;
import io.nanite.core.NaniteException;
import io.nanite.core.packet.FileChunk;
import io.nanite.core.packet.FileEnd;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Verdict;
import io.nanite.core.packet.Vitals;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.dataformat.smile.SmileFactory;
import tools.jackson.dataformat.smile.SmileMapper;
import tools.jackson.dataformat.smile.SmileWriteFeature;

/** Whatever arrives, a serializer reads a packet or throws one kind of exception, and soon. */
final class UnreadableBytesTest {

    private static final String PING =
            "{\"json_class\":\"Nanite::Ping\",\"data\":{\"identity\":\"nanite-a1\",\"status\":%s}}";
    private static final Recipient ANYBODY = new Recipient.One(Identity.agent("a1"));
    private static final int MUTATIONS = 200_000;

    private final JsonSerializer json = new JsonSerializer();
    private final SmileSerializer smile = new SmileSerializer();

    static Stream<Arguments> corpus() throws IOException {
        String good = PING.formatted("1");
        byte[] gzip = gzip(good);
        Map<String, byte[]> bad = new LinkedHashMap<>();
        bad.put("nothing", new byte[0]);
        bad.put("one brace", utf8("{"));
        bad.put("space", utf8("   \n"));
        bad.put("a text", utf8("\"Nanite::Ping\""));
        bad.put("a number", utf8("42"));
        bad.put("an array", utf8("[" + good + "]"));
        bad.put("null", utf8("null"));
        bad.put("an empty object", utf8("{}"));
        bad.put("truncated", utf8(good.substring(0, good.length() - 1)));
        bad.put("truncated in a text", utf8(good.substring(0, 30)));
        bad.put("garbage behind the end", utf8(good + "x"));
        bad.put("a second packet behind the end", utf8(good + good));
        bad.put("gzip", gzip);
        bad.put("a hundred thousand brackets", utf8("[".repeat(100_000)));
        bad.put("a hundred thousand brackets inside", utf8(PING.formatted("[".repeat(100_000))));
        bad.put("a hundred thousand braces inside", utf8(PING.formatted("{\"a\":".repeat(100_000))));
        bad.put("65 levels", utf8(PING.formatted("[".repeat(63) + "]".repeat(63))));
        bad.put("a million digits", utf8(PING.formatted("1".repeat(1_000_000))));
        bad.put("a million digits behind the point", utf8(PING.formatted("0." + "1".repeat(1_000_000))));
        bad.put(
                "a million digits nobody asks for",
                utf8(good.replace("{\"json", "{\"x\":" + "1".repeat(1_000_000) + ",\"json")));
        bad.put("a key of a mebibyte", utf8(good.replace("{\"json", "{\"" + "k".repeat(1 << 20) + "\":1,\"json")));
        bad.put("a byte that is no UTF-8", latin1(PING.formatted("\"\u00ff\"")));
        bad.put("an overlong slash", latin1(PING.formatted("\"\u00c0\u00af\"")));
        bad.put("a surrogate in UTF-8", latin1(PING.formatted("\"\u00ed\u00a0\u0080\"")));
        bad.put("UTF-8 past the last code point", latin1(PING.formatted("\"\u00f4\u0090\u0080\u0080\"")));
        bad.put("UTF-8 cut off", latin1(good + "\u00e2\u0098"));
        bad.put("UTF-16", good.getBytes(StandardCharsets.UTF_16LE));
        bad.put("UTF-16, big end first", good.getBytes(StandardCharsets.UTF_16BE));
        bad.put("UTF-32", good.getBytes(Charset.forName("UTF-32LE")));
        bad.put("a byte order mark", latin1("\u00ef\u00bb\u00bf" + good));
        bad.put("a control character", utf8(PING.formatted("\"\u0007\"")));
        bad.put("a comment", utf8(PING.formatted("/* one */ 1")));
        bad.put("single quotes", utf8(good.replace('"', '\'')));
        bad.put("NaN", utf8(PING.formatted("NaN")));
        bad.put("a comma too many", utf8(PING.formatted("1,")));
        bad.put("data twice", utf8(good.replace("\"data\"", "\"data\":{},\"data\"")));
        bad.put("json_class twice", utf8(good.replace("{\"json", "{\"json_class\":\"Nanite::Ping\",\"json")));
        bad.put("data that is an array", utf8("{\"json_class\":\"Nanite::Ping\",\"data\":[]}"));
        bad.put("Java's serialization", new byte[] {(byte) 0xac, (byte) 0xed, 0, 5, 's', 'r'});
        bad.put("Smile", new SmileSerializer().write(new UnRegister(Identity.agent("a1")), ANYBODY));
        bad.put("nine mebibytes", utf8(PING.formatted("\"" + "x".repeat(9 << 20) + "\"")));
        return bad.entrySet().stream().map(each -> Arguments.of(each.getKey(), each.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("corpus")
    void isRefusedAsJsonWithASentence(String what, byte[] bytes) {
        assertRefused(json, bytes);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("corpus")
    void isRefusedAsSmileWithASentence(String what, byte[] bytes) {
        if (what.equals("Smile")) {
            assertThat(smile.read(Bytes.of(bytes), "application/smile")).isNotNull();
            bytes = Arrays.copyOf(bytes, bytes.length - 1);
        }
        assertRefused(smile, bytes);
    }

    private static void assertRefused(Serializer serializer, byte[] bytes) {
        assertThatThrownBy(() -> serializer.read(Bytes.of(bytes), serializer.contentType()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("expected")
                .message()
                .hasSizeLessThan(400);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void sixtyFourLevelsAreFine(String open) {
        String nested = open.repeat(62) + "1" + (open.equals("[") ? "]" : "}").repeat(62);

        assertThat(json.read(Bytes.of(PING.formatted(nested)), null)).isNotNull();
    }

    @Test
    void whatIsWrongInAPayloadThatNobodyReadIsFoundAllTheSame() {
        for (String payload :
                List.of("[1,]", "{\"a\" 1}", "tru", "\"\\x\"", "01", "1e", "-", "[" + "1".repeat(2_000) + "]")) {
            String document =
                    "{\"json_class\":\"Nanite::FileEnd\",\"data\":{\"token\":\"t\",\"meta\":%s}}".formatted(payload);
            assertThatThrownBy(() -> json.read(Bytes.of(document), null))
                    .as(payload)
                    .isInstanceOf(SerializationException.class);
        }
    }

    @Test
    void bytesBehindTheEndOfASmileDocumentAreRefused() {
        byte[] good = smile.write(new UnRegister(Identity.agent("a1")), ANYBODY);
        for (byte end : new byte[] {(byte) 0xff, 0, 0x20, (byte) 0xfa}) {
            byte[] more = Arrays.copyOf(good, good.length + 2);
            more[good.length] = end;
            more[good.length + 1] = 'x';

            assertRefused(smile, more);
        }
    }

    @Test
    void smileThatSharesNamesAndTextsIsReadToo() {
        SmileMapper foreign = new SmileMapper(SmileFactory.builder()
                .enable(SmileWriteFeature.CHECK_SHARED_STRING_VALUES)
                .build());
        List<Map<String, String>> meta =
                List.of(Map.of("name", "value"), Map.of("name", "value"), Map.of("token", "t1"));
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("token", "t1");
        data.put("meta", meta);
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("json_class", "Nanite::FileEnd");
        document.put("data", data);

        Packet read = smile.read(Bytes.of(foreign.writeValueAsBytes(document)), "application/smile");

        assertThat(read).isEqualTo(new FileEnd(new Token("t1"), Payload.of(meta)));
        assertThat(smile.read(Bytes.of(smile.write(read, ANYBODY)), "application/smile"))
                .isEqualTo(read);
    }

    @Test
    void twoHundredThousandBrokenJsonPacketsThrowNothingElse() {
        fuzz(json, 1);
    }

    @Test
    void twoHundredThousandBrokenSmilePacketsThrowNothingElse() {
        fuzz(smile, 2);
    }

    private static void fuzz(Serializer serializer, long seed) {
        List<byte[]> seeds = packets().stream()
                .map(packet -> serializer.write(packet, ANYBODY))
                .toList();
        Random random = new Random(seed);
        long start = System.nanoTime();
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] bytes = mutated(seeds.get(random.nextInt(seeds.size())).clone(), random);
            try {
                Packet packet = serializer.read(Bytes.of(bytes), serializer.contentType());
                // Asks for the values of payloads.
                var unused = packet.hashCode();
            } catch (SerializationException expected) {
                // As it should be.
            } catch (RuntimeException | StackOverflowError | OutOfMemoryError e) {
                fail("mutation %d of seed %d: %s".formatted(i, seed, Arrays.toString(bytes)), e);
            }
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(2));
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        for (int changes = 1 + random.nextInt(5); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 2 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                case 3 -> bytes[at] = (byte) "[]{},:\"\\0-e".charAt(random.nextInt(11));
                default -> {
                    int from = random.nextInt(bytes.length);
                    int count = Math.min(random.nextInt(60), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, count);
                }
            }
        }
        return bytes;
    }

    private static List<Packet> packets() {
        Identity agent = Identity.agent("a1");
        Identity mapper = Identity.mapper("m1");
        Token token = new Token("349eecc5088af66b118a37a9082f912c");
        Payload payload = Payload.of(Map.of("k", Arrays.asList(1, null, "é☃😀", 1.5, -7L << 40), "t", "x".repeat(100)));
        return List.of(
                new Request(
                        Service.parse("/a/b"),
                        payload,
                        mapper,
                        token,
                        mapper,
                        "all",
                        agent,
                        true,
                        Set.of("red", "blue"),
                        true,
                        new Metadata(1_700_000_000_000L, 2, 1, "00-t")),
                new Register(
                        agent,
                        Set.of(Service.parse("/a/b"), Service.parse("/c/d")),
                        Set.of("red"),
                        Status.of(0.25),
                        new Vitals(4, 1, "boot", 2, "1.0", true)),
                new Result(token, mapper, agent, new Outcome.Success(payload), 12),
                new Result(token, mapper, agent, new Outcome.Failure(Verdict.LOST, "K", "m"), -1),
                new FileChunk(Bytes.of("abcdefgh".repeat(10)), token),
                new FileEnd(token, payload));
    }

    @Test
    void aNumberThatNoDoubleHoldsIsStillANumber() {
        Ping ping = (Ping) json.read(Bytes.of(PING.formatted("1e999999")), null);

        assertThat(ping.status().load()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void aNumberWithAnAbsurdExponentDoesNotFillTheMemory() {
        Packet end = json.read(
                Bytes.of("{\"json_class\":\"Nanite::FileEnd\",\"data\":{\"token\":\"t\",\"meta\":1e1000000000}}"),
                null);

        assertThatThrownBy(() -> json.convert(((FileEnd) end).meta(), BigInteger.class))
                .isInstanceOf(NaniteException.class);
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(utf8(text));
        }
        return bytes.toByteArray();
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] latin1(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
