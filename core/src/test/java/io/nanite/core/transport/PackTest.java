package io.nanite.core.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PackTest {

    @Test
    void aPackIsWrittenByteForByteAsTheProtocolSays() {
        byte[] pack = Pack.write("a/b", List.of(Bytes.of("x"), Bytes.of("yz")));

        assertThat(HexFormat.of().formatHex(pack))
                .isEqualTo("01" + "03" + "612f62" + "00000001" + "78" + "00000002" + "797a");
    }

    @Test
    void whatIsPackedComesOutInOrderAndWithoutACopy() {
        List<Bytes> bodies = new ArrayList<>();
        Random random = new Random(3);
        for (int i = 0; i < Pack.MOST_PACKETS; i++) {
            byte[] body = new byte[1 + random.nextInt(2_000)];
            random.nextBytes(body);
            bodies.add(new Bytes(body, 0, body.length).slice(0, 1 + random.nextInt(body.length)));
        }

        byte[] pack = Pack.write("application/json", bodies);
        Pack.Contents contents = Pack.read(pack);

        assertThat(contents.contentType()).isEqualTo("application/json");
        assertThat(contents.bodies()).isEqualTo(bodies);
        assertThat(contents.bodies())
                .allSatisfy(body -> assertThat(body.array()).isSameAs(pack));
    }

    @ParameterizedTest
    @CsvSource({
        "nothing, ''",
        "one byte, 01",
        "another version, 0203612f620000000178",
        "JSON, 7b226a736f6e5f636c617373223a",
        "cut off in its type, 0103612f",
        "no packet, 0103612f62",
        "cut off in a length, 0103612f62000000",
        "an empty packet, 0103612f6200000000",
        "a packet that is too short, 0103612f6200000002 78",
        "a length below zero, 0103612f62ffffffff78",
        "the greatest length, 0103612f627fffffff78",
        "a second packet cut off, 0103612f62000000017800000005aa",
        "one byte behind the end, 0103612f62000000017800"
    })
    void whatIsNoPackIsUnreadable(String what, String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));

        assertThatThrownBy(() -> Pack.read(bytes))
                .as(what)
                .isInstanceOf(Unreadable.class)
                .hasMessageStartingWith("pack: ")
                .hasMessageContaining("expected");
    }

    @Test
    void packetsThatBeginTogetherCarryTheirBeginningOnce() {
        byte[] pack = Pack.write("a/b", Bytes.of("he"), List.of(Bytes.of("x"), Bytes.of("yz")));

        assertThat(HexFormat.of().formatHex(pack))
                .isEqualTo("0203612f62" + "000000026865" + "0000000178" + "00000002797a");
        assertThat(Pack.read(pack)).isEqualTo(new Pack.Contents("a/b", List.of(Bytes.of("hex"), Bytes.of("heyz"))));
    }

    @Test
    void aBeginningIsNeitherEmptyNorLongNorCutOff() {
        Bytes tooLong = Bytes.of(new byte[Pack.MOST_HEAD_BYTES + 1]);

        assertThatThrownBy(() -> Pack.write("a/b", tooLong, List.of(Bytes.of("x"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("65537");
        for (String hex : List.of(
                "0203612f62",
                "0203612f62000000",
                "0203612f620000000000000001aa",
                "0203612f620001000100",
                "0203612f6200000002aa")) {
            assertThatThrownBy(() -> Pack.read(HexFormat.of().parseHex(hex)))
                    .as(hex)
                    .isInstanceOf(Unreadable.class);
        }
    }

    @Test
    void moreThanSixtyFourPacketsAreUnreadable() {
        byte[] pack = Pack.write("a/b", Collections.nCopies(65, Bytes.of("x")));

        assertThatThrownBy(() -> Pack.read(pack)).isInstanceOf(Unreadable.class);
    }

    @Test
    void brokenPacksThrowNothingElseAndNeverReachOutside() {
        Random random = new Random(4);
        byte[] good =
                Pack.write("application/json", List.of(Bytes.of("{\"a\":1}"), Bytes.of("{\"b\":2}"), Bytes.of("{}")));
        for (int i = 0; i < 200_000; i++) {
            byte[] bytes = Arrays.copyOf(good, 1 + random.nextInt(good.length));
            for (int changes = random.nextInt(4); changes > 0; changes--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(Pack.read(bytes).bodies()).isNotEmpty().allMatch(body -> body.length() > 0);
            } catch (Unreadable expected) {
                // As it should be.
            }
        }
    }

    @Test
    void aParcelIsNeverEmptyAndTravelsAloneWithHeaders() {
        Address to = new Address.Queue("q");

        assertThatThrownBy(() -> new Parcel(to, Bytes.of(""), "a/b", null, false, true, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("empty");
        assertThat(new Parcel(to, Bytes.of("x"), "a/b", null, false, true, Map.of()).packable())
                .isTrue();
        assertThat(new Parcel(to, Bytes.of("x"), "a/b", null, false, true, Map.of("k", "v")).packable())
                .isFalse();
    }

    @Test
    void theTypeInFrontIsAsLongAsItSays() {
        byte[] type = "x".repeat(255).getBytes(StandardCharsets.US_ASCII);
        byte[] pack = ByteBuffer.allocate(2 + 255 + 5)
                .put((byte) 1)
                .put((byte) 255)
                .put(type)
                .putInt(1)
                .put((byte) 'b')
                .array();

        assertThat(Pack.read(pack)).isEqualTo(new Pack.Contents("x".repeat(255), List.of(Bytes.of("b"))));
    }
}
