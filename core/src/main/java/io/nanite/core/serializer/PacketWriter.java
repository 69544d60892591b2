package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.FileChunk;
import io.nanite.core.packet.FileEnd;
import io.nanite.core.packet.FilePacket;
import io.nanite.core.packet.FileStart;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Verdict;
import io.nanite.core.packet.Vitals;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.io.SerializedString;

/**
 * Writes the envelope and the data of a packet, in the order of the original: first the keys that its readers know, all
 * of them, then those that only ours know, where they say something. Leaves the envelope open for its size. Safe for use
 * by many threads.
 */
final class PacketWriter {

    private static final SerializedString JSON_CLASS = new SerializedString("json_class");
    private static final SerializedString DATA = new SerializedString("data");
    private static final SerializedString ERROR_KIND = new SerializedString("kind");
    private static final SerializedString ERROR_MESSAGE = new SerializedString("message");
    private static final SerializedString ERROR_VERDICT = new SerializedString("verdict");

    private final Values values;

    PacketWriter(Values values) {
        this.values = values;
    }

    /** What differs between formats. */
    interface Values {

        /** Writes the value of a payload: as it arrived where that is this format, by databind where it must be. */
        void write(JsonGenerator out, Payload payload);

        /** Writes the bytes of a file. */
        void writeChunk(JsonGenerator out, Bytes chunk);

        /** Writes the key that stands behind a chunk and says how it was written, where the format needs one. */
        void writeChunkEncoding(JsonGenerator out);
    }

    /** Writes an object with json_class and data. */
    void write(JsonGenerator out, Packet packet) {
        out.writeStartObject();
        out.writeName(JSON_CLASS);
        out.writeString(jsonClass(packet));
        out.writeName(DATA);
        out.writeStartObject();
        if (packet instanceof Deliverable work) {
            deliverable(out, work);
        } else if (packet instanceof Reply reply) {
            reply(out, reply);
        } else if (packet instanceof Presence presence) {
            presence(out, presence);
        } else if (packet instanceof Advertise advertise) {
            size(out);
            text(out, Key.TARGET, value(advertise.target()));
        } else if (packet instanceof Cancel cancel) {
            token(out, cancel.token());
            text(out, Key.FROM, cancel.from().value());
            size(out);
        } else if (packet instanceof Instruct instruct) {
            token(out, instruct.token());
            text(out, Key.FROM, instruct.from().value());
            text(out, Key.ACTION, instruct.action());
            text(out, Key.ARGUMENT, instruct.argument());
            size(out);
        } else {
            file(out, (FilePacket) packet);
        }
        out.writeEndObject();
        out.writeEndObject();
    }

    private static String jsonClass(Packet packet) {
        // Not switched on nor concatenated: this is the hot path, and Java 17 cannot switch on types.
        if (packet instanceof Request) {
            return "Nanite::Request";
        } else if (packet instanceof Result) {
            return "Nanite::Result";
        } else if (packet instanceof Push) {
            return "Nanite::Push";
        }
        return packet instanceof Results
                ? "Nanite::Result" // the original has one name for both
                : "Nanite::" + packet.getClass().getSimpleName();
    }

    private void deliverable(JsonGenerator out, Deliverable work) {
        text(out, Key.TYPE, work.service().path());
        payload(out, Key.PAYLOAD, work.payload());
        size(out);
        text(out, Key.FROM, work.from().value());
        token(out, work.token());
        Request request = work instanceof Request wanting ? wanting : null;
        if (request != null) {
            text(out, Key.REPLY_TO, value(request.replyTo()));
        }
        text(out, Key.SELECTOR, work.selector());
        text(out, Key.TARGET, value(work.target()));
        out.writeName(Key.PERSISTENT.encoded());
        out.writeBoolean(work.persistent());
        out.writeName(Key.TAGS.encoded());
        out.writeStartArray();
        for (String tag : work.tags()) {
            out.writeString(tag);
        }
        out.writeEndArray();
        metadata(out, work.metadata());
        if (request != null) {
            flagIf(out, Key.PACKS, request.packs());
        }
    }

    private static void metadata(JsonGenerator out, Metadata metadata) {
        numberUnless(out, Key.DEADLINE, metadata.deadline(), 0);
        numberUnless(out, Key.ATTEMPT, metadata.attempt(), 1);
        numberUnless(out, Key.HOP, metadata.hop(), 0);
        textIf(out, Key.TRACEPARENT, metadata.traceparent());
        if (!metadata.path().isEmpty()) {
            out.writeName(Key.PATH.encoded());
            out.writeStartArray();
            for (Service caller : metadata.path()) {
                out.writeString(caller.path());
            }
            out.writeEndArray();
        }
    }

    private void reply(JsonGenerator out, Reply reply) {
        token(out, reply.token());
        text(out, Key.TO, reply.to().value());
        text(out, Key.FROM, reply.from().value());
        if (reply instanceof Result result) {
            outcome(out, result.outcome());
            numberUnless(out, Key.MICROS, Math.max(-1, result.micros()), -1);
        } else if (reply instanceof Results results) {
            outcomes(out, results.outcomes());
        } else {
            IntermediateMessage news = (IntermediateMessage) reply;
            text(out, Key.MESSAGEKEY, news.key());
            payload(out, Key.MESSAGE, news.message());
            size(out);
            numberUnless(out, Key.SEQUENCE, news.sequence(), 0);
        }
    }

    private void outcome(JsonGenerator out, Outcome outcome) {
        if (outcome instanceof Outcome.Success success) {
            payload(out, Key.RESULTS, success.payload());
            size(out);
            return;
        }
        Outcome.Failure failure = (Outcome.Failure) outcome;
        // Old readers know failures only as a text.
        text(out, Key.RESULTS, asText(failure));
        size(out);
        out.writeName(Key.ERROR.encoded());
        error(out, failure);
    }

    private static String asText(Outcome.Failure failure) {
        return failure.kind() + ": " + failure.message();
    }

    /** What each agent returned, or the text of its failure, and behind it the failures once more as ours read them. */
    private void outcomes(JsonGenerator out, Map<Identity, Outcome> outcomes) {
        Map<String, Payload> results = new LinkedHashMap<>();
        outcomes.forEach((agent, outcome) -> results.put(
                agent.value(),
                outcome instanceof Outcome.Success success
                        ? success.payload()
                        : Payload.of(asText((Outcome.Failure) outcome))));
        payload(out, Key.RESULTS, Payload.of(results));
        size(out);
        if (outcomes.values().stream().allMatch(Outcome::ok)) {
            return;
        }
        out.writeName(Key.ERRORS.encoded());
        out.writeStartObject();
        outcomes.forEach((agent, outcome) -> {
            if (outcome instanceof Outcome.Failure failure) {
                out.writeName(agent.value());
                error(out, failure);
            }
        });
        out.writeEndObject();
    }

    private static void error(JsonGenerator out, Outcome.Failure failure) {
        out.writeStartObject();
        out.writeName(ERROR_KIND);
        out.writeString(failure.kind());
        out.writeName(ERROR_MESSAGE);
        out.writeString(failure.message());
        if (failure.verdict() != Verdict.FAILED) {
            out.writeName(ERROR_VERDICT);
            out.writeString(failure.verdict().name());
        }
        out.writeEndObject();
    }

    private void presence(JsonGenerator out, Presence presence) {
        if (presence instanceof Register register) {
            status(out, register.status());
            out.writeName(Key.TAGS.encoded());
            out.writeStartArray();
            for (String tag : register.tags()) {
                out.writeString(tag);
            }
            out.writeEndArray();
            text(out, Key.IDENTITY, register.identity().value());
            out.writeName(Key.SERVICES.encoded());
            out.writeStartArray();
            for (Service service : register.services()) {
                out.writeString(service.path());
            }
            out.writeEndArray();
            size(out);
            vitals(out, register.vitals());
            textIf(out, Key.VERSION, register.vitals().version());
            flagIf(out, Key.PACKS, register.vitals().packs());
        } else if (presence instanceof Ping ping) {
            status(out, ping.status());
            text(out, Key.IDENTITY, ping.identity().value());
            size(out);
            vitals(out, ping.vitals());
        } else {
            text(out, Key.IDENTITY, ((UnRegister) presence).identity().value());
            size(out);
        }
    }

    private void status(JsonGenerator out, Status status) {
        // No format says "infinite" in a way that all readers know; a status that is missing counts as worst, too.
        boolean sayable = !(status.value() instanceof Double load) || Double.isFinite(load);
        payload(out, Key.STATUS, sayable ? Payload.of(status.value()) : Payload.nothing());
    }

    private static void vitals(JsonGenerator out, Vitals vitals) {
        numberUnless(out, Key.SLOTS, vitals.slots(), 0);
        numberUnless(out, Key.BUSY, vitals.busy(), 0);
        textIf(out, Key.BOOT, vitals.boot());
        numberUnless(out, Key.EPOCH, vitals.epoch(), 0);
    }

    private void file(JsonGenerator out, FilePacket packet) {
        if (packet instanceof FileStart start) {
            text(out, Key.FILENAME, start.filename());
            text(out, Key.DEST, start.destination());
            token(out, start.token());
            size(out);
        } else if (packet instanceof FileChunk chunk) {
            out.writeName(Key.CHUNK.encoded());
            values.writeChunk(out, chunk.chunk());
            token(out, chunk.token());
            size(out);
            values.writeChunkEncoding(out);
        } else {
            FileEnd end = (FileEnd) packet;
            token(out, end.token());
            payload(out, Key.META, end.meta());
            size(out);
        }
    }

    private static void size(JsonGenerator out) {
        out.writeName(Key.SIZE.encoded());
        out.writeNull();
    }

    private static void token(JsonGenerator out, Token token) {
        text(out, Key.TOKEN, token.value());
    }

    private void payload(JsonGenerator out, Key key, Payload payload) {
        out.writeName(key.encoded());
        values.write(out, payload);
    }

    private static void text(JsonGenerator out, Key key, @Nullable String text) {
        out.writeName(key.encoded());
        if (text == null) {
            out.writeNull();
        } else {
            out.writeString(text);
        }
    }

    private static void textIf(JsonGenerator out, Key key, @Nullable String text) {
        if (text != null) {
            text(out, key, text);
        }
    }

    private static void numberUnless(JsonGenerator out, Key key, long number, long silent) {
        if (number != silent) {
            out.writeName(key.encoded());
            out.writeNumber(number);
        }
    }

    private static void flagIf(JsonGenerator out, Key key, boolean flag) {
        if (flag) {
            out.writeName(key.encoded());
            out.writeBoolean(true);
        }
    }

    private static @Nullable String value(@Nullable Identity identity) {
        return identity == null ? null : identity.value();
    }
}
