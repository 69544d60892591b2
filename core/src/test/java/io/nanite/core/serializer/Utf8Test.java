package io.nanite.core.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.Bytes;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class Utf8Test {

    @Test
    void codePointsAreCountedAsTheJdkCountsThem() {
        Random random = new Random(5);
        for (int i = 0; i < 5_000; i++) {
            String text = random.ints(random.nextInt(60), 0, 4)
                    .mapToObj(kind -> kind == 0 ? "a" : kind == 1 ? "é" : kind == 2 ? "☃" : "😀")
                    .reduce("", String::concat);
            byte[] bytes = ("xx" + text + "yyy").getBytes(StandardCharsets.UTF_8);

            assertThat(Utf8.codePoints(bytes, 2, bytes.length - 3)).isEqualTo(text.codePointCount(0, text.length()));
        }
    }

    @Test
    void everyBytesThatTheJdkRefusesAreRefusedAndNoOthers() {
        Random random = new Random(6);
        byte[] interesting = {
            'a',
            (byte) 0x80,
            (byte) 0xbf,
            (byte) 0xc0,
            (byte) 0xc2,
            (byte) 0xdf,
            (byte) 0xe0,
            (byte) 0xa0,
            (byte) 0x9f,
            (byte) 0xed,
            (byte) 0xef,
            (byte) 0xf0,
            (byte) 0x90,
            (byte) 0x8f,
            (byte) 0xf4,
            (byte) 0xf5,
            (byte) 0xff
        };
        int valid = 0;
        for (int i = 0; i < 500_000; i++) {
            byte[] bytes = new byte[4 + random.nextInt(12)];
            for (int at = 0; at < bytes.length; at++) {
                bytes[at] = random.nextInt(3) == 0 ? interesting[random.nextInt(interesting.length)] : (byte) 'x';
            }
            Bytes run = new Bytes(bytes, 2, bytes.length - 3);

            boolean accepted = Utf8.firstInvalid(run) < 0;

            assertThat(accepted).isEqualTo(decodes(run));
            valid += accepted ? 1 : 0;
        }
        assertThat(valid).isBetween(1_000, 499_000);
    }

    private static boolean decodes(Bytes run) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(run.array(), run.offset(), run.length()));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
