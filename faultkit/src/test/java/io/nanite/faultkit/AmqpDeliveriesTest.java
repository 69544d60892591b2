package io.nanite.faultkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class AmqpDeliveriesTest {

    private static final int METHOD = 1;
    private static final int HEADER = 2;
    private static final int BODY = 3;
    private static final int HEARTBEAT = 8;
    private static final int OPEN_OK = (20 << 16) | 11;
    private static final int RETURN = (60 << 16) | 50;
    private static final int DELIVER = (60 << 16) | 60;
    private static final int ACK = (60 << 16) | 80;

    private final AmqpDeliveries deliveries = new AmqpDeliveries();
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final ByteArrayOutputStream expected = new ByteArrayOutputStream();

    @BeforeEach
    void openAChannel() {
        passes(frame(METHOD, 1, OPEN_OK));
    }

    private static byte[] frame(int kind, int channel, int payload) {
        return ByteBuffer.allocate(12)
                .put((byte) kind)
                .putShort((short) channel)
                .putInt(4)
                .putInt(payload)
                .put((byte) 0xce)
                .array();
    }

    private void passes(byte[] frame) {
        sent.writeBytes(frame);
        expected.writeBytes(frame);
    }

    private void isTaken(byte[] frame) {
        sent.writeBytes(frame);
    }

    /** What comes out, whatever the pieces are in which it goes in. */
    private void assertFiltered(int piece) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] all = sent.toByteArray();
        for (int at = 0; at < all.length; at += piece) {
            byte[] part = java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + piece));
            out.writeBytes(deliveries.filter(part, part.length));
        }
        assertThat(out.toByteArray()).isEqualTo(expected.toByteArray());
    }

    @Test
    void untilConsumersAreForgottenEverythingGoesThrough() {
        passes(frame(METHOD, 1, DELIVER));
        passes(frame(HEADER, 1, 0));
        passes(frame(BODY, 1, DELIVER));
        assertFiltered(5);
    }

    @Test
    void deliveriesAreTakenOutWithTheirContentAndNothingElseIs() {
        deliveries.forget(true);
        isTaken(frame(METHOD, 1, DELIVER));
        passes(frame(METHOD, 2, ACK));
        isTaken(frame(HEADER, 1, 0));
        passes(frame(HEARTBEAT, 0, 0));
        isTaken(frame(BODY, 1, OPEN_OK));
        isTaken(frame(BODY, 1, 1));
        passes(frame(METHOD, 1, RETURN));
        passes(frame(HEADER, 1, 0));
        passes(frame(BODY, 1, 2));
        assertFiltered(1);
    }

    @Test
    void aChannelThatIsOpenedLaterGetsWhatIsIts() {
        assertFiltered(64);
        sent.reset();
        expected.reset();
        deliveries.forget(false);

        isTaken(frame(METHOD, 1, DELIVER));
        isTaken(frame(HEADER, 1, 0));
        passes(frame(METHOD, 1, OPEN_OK));
        passes(frame(METHOD, 1, DELIVER));
        passes(frame(HEADER, 1, 0));
        assertFiltered(7);
    }
}
