package io.nanite.planted.packetsarerecords.core.packet;

/** A packet that somebody may change. */
final class Letter implements Bystander.Packet {

    private String text = "";

    String text() {
        return text;
    }

    void rewrite(String newText) {
        text = newText;
    }
}
