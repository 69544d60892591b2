package io.nanite.secure;

import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.FilePacket;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Token;
import java.time.Instant;

/** What the kind of a packet says about its envelope: who may say it, whether it is encrypted, and how long it counts. */
final class PacketRules {

    private final SecureConfig config;
    private final Identity self;
    private final Checks checks;

    PacketRules(SecureConfig config, Identity self, Checks checks) {
        this.config = config;
        this.self = self;
        this.checks = checks;
    }

    /** Whether only those that it is for may read it. */
    boolean isSealed(Packet packet) {
        if (packet instanceof Advertise) {
            return false;
        }
        return config.sealsPresence() || !(packet instanceof Presence || packet instanceof Cancel);
    }

    /** Whether it is about the moment, and worth nothing later. */
    static boolean isPresence(Packet packet) {
        return packet instanceof Presence || packet instanceof Advertise || packet instanceof Cancel;
    }

    /** How the envelope calls it. */
    static String type(Packet packet) {
        return packet.getClass().getSimpleName();
    }

    /** Of the job that it is about; empty if it is about none. */
    static String token(Packet packet) {
        Token token = null;
        if (packet instanceof Deliverable work) {
            token = work.token();
        } else if (packet instanceof Reply reply) {
            token = reply.token();
        } else if (packet instanceof FilePacket file) {
            token = file.token();
        } else if (packet instanceof Cancel cancel) {
            token = cancel.token();
        } else if (packet instanceof Instruct instruct) {
            token = instruct.token();
        }
        return token == null ? "" : token.value();
    }

    /** Work that nobody wants any more is not worth reading: but the one who drops it must be able to say what it was. */
    Instant expiry(Packet packet, Instant now) {
        if (isPresence(packet)) {
            return now.plus(config.presenceLifetime());
        }
        if (packet instanceof Deliverable work && work.metadata().deadline() > 0) {
            Instant deadline = Instant.ofEpochMilli(work.metadata().deadline());
            Instant latest = now.plus(config.lifetime());
            Instant known = deadline.isAfter(latest) ? latest : deadline;
            return (known.isBefore(now) ? now : known).plus(config.presenceLifetime());
        }
        return now.plus(config.lifetime());
    }

    /** Refuses an envelope that calls its packet something else. */
    void checkContent(Packet packet, String type, String token) {
        checks.require(type.equals(type(packet)) && token.equals(token(packet)), RefusalReason.CONTENT);
    }

    /** Refuses what this member may not say, or not to whoever reads it here. */
    void checkSpeaker(Packet packet, Identity from) {
        if (packet instanceof Presence presence) {
            checks.require(presence.identity().equals(from), RefusalReason.IDENTITY);
            checks.require(packet instanceof Ping || from.isAgent(), RefusalReason.ROLE);
        } else if (packet instanceof Advertise) {
            checks.require(from.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Instruct instruct) {
            checks.require(instruct.from().equals(from), RefusalReason.IDENTITY);
            checks.require(from.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Cancel cancel) {
            checks.require(from.isMapper() || cancel.from().equals(from), RefusalReason.IDENTITY);
            checks.require(from.isMapper() || self.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Deliverable work) {
            checks.require(from.isMapper() || work.from().equals(from), RefusalReason.IDENTITY);
            // Agents take work from mappers alone: whatever an agent asks goes through one.
            checks.require(from.isMapper() || self.isMapper(), RefusalReason.ROLE);
        } else if (packet instanceof Reply reply) {
            boolean handedOn = from.isMapper() && reply instanceof IntermediateMessage;
            checks.require(handedOn || reply.from().equals(from), RefusalReason.IDENTITY);
        }
    }
}
