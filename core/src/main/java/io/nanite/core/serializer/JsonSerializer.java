package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.PerThread;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.json.JsonMapper;

/**
 * Packets as JSON documents in the envelope of Nanite 0.4, which every agent in any language reads:
 * {@code {"json_class":"Nanite::X","data":{…},"size":N}}. Safe for use by many threads.
 *
 * <p>Readers ignore keys that they do not know and take any order of keys. A key of ours that comes twice is refused,
 * since two readers could disagree on which one counts; inside a payload the last one wins.
 *
 * <p>Limits, of what is read and what is written: 8 MiB for a document, 64 for its depth; of what is read also 1,000
 * characters for a number and 4,096 for a key.
 */
public final class JsonSerializer implements Serializer {

    /** The media type of the documents. */
    public static final String CONTENT_TYPE = "application/json";

    /** What the original's agents call them. */
    private static final String OLD_CONTENT_TYPE = "application/octet-stream";

    private static final byte[] SIZE = ",\"size\":".getBytes(StandardCharsets.US_ASCII);

    private final JsonFactory factory = JsonFactory.builder()
            .streamReadConstraints(Limits.reading())
            .streamWriteConstraints(Limits.writing())
            .recyclerPool(new BufferPool())
            .build();
    private final PayloadCodec codec = new PayloadCodec(CONTENT_TYPE, JsonMapper.builder(factory), payload -> payload);
    private final PacketReader reader = new PacketReader(factory);
    private final PacketWriter writer = new PacketWriter(new JsonValues(codec));
    private final Refusals refusals = new Refusals("JSON");
    private final PerThread<Scratch> scratch = new PerThread<>(Scratch::new);

    @Override
    public String contentType() {
        return CONTENT_TYPE;
    }

    /** Also documents whose sender named no media type, or the one that stands for any bytes: the original's agents do. */
    @Override
    public boolean reads(@Nullable String contentType) {
        return contentType == null
                || MediaType.is(contentType, CONTENT_TYPE)
                || MediaType.is(contentType, OLD_CONTENT_TYPE);
    }

    @Override
    public byte[] write(Packet packet, Recipient recipient) {
        Scratch mine = scratch.value();
        Scratch to = mine.take() ? mine : new Scratch();
        try {
            try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), to)) {
                writer.write(out, packet);
            }
            return sized(to);
        } catch (RuntimeException e) {
            throw refusals.ofWriting(packet, e);
        } finally {
            to.release();
        }
    }

    /** The document with its last member, which counts the characters of all the others. */
    private static byte[] sized(Scratch written) {
        int open = written.length() - 1;
        int codePoints = Utf8.codePoints(written.array(), 0, written.length());
        byte[] count = Integer.toString(codePoints).getBytes(StandardCharsets.US_ASCII);
        int length = open + SIZE.length + count.length + 1;
        if (length > Limits.DOCUMENT) {
            throw Refusals.tooLong(length);
        }
        byte[] document = Arrays.copyOf(written.array(), length);
        System.arraycopy(SIZE, 0, document, open, SIZE.length);
        System.arraycopy(count, 0, document, open + SIZE.length, count.length);
        document[length - 1] = '}';
        return document;
    }

    @Override
    public Packet read(Bytes bytes, @Nullable String contentType) {
        refusals.checkMediaType(this, contentType);
        Refusals.checkLength(bytes);
        checkText(bytes);
        try (JsonParser in =
                factory.createParser(ObjectReadContext.empty(), bytes.array(), bytes.offset(), bytes.length())) {
            in.nextToken();
            return reader.read(in, new JsonSlices(new Slices(bytes, codec, 0)));
        } catch (RuntimeException e) {
            throw refusals.ofReading(e);
        }
    }

    /** Whether this can be UTF-8 and nothing else: a parser would guess at other encodings, and skip over bad bytes. */
    private static void checkText(Bytes bytes) {
        byte[] array = bytes.array();
        int first = bytes.offset();
        int end = first + bytes.length();
        while (first < end && isSpace(array[first])) {
            first++;
        }
        if (first >= end - 1 || array[first] != '{' || array[first + 1] == 0) {
            throw new SerializationException("document: %s (expected: one JSON object in UTF-8)".formatted(bytes));
        }
        int invalid = Utf8.firstInvalid(bytes);
        if (invalid >= 0) {
            throw new SerializationException("document: byte %d is not UTF-8 (expected: UTF-8)".formatted(invalid));
        }
    }

    private static boolean isSpace(byte single) {
        return single == ' ' || single == '\n' || single == '\r' || single == '\t';
    }

    @Override
    public @Nullable Object convert(Payload payload, Type type) {
        return codec.convert(payload, type);
    }

    @Override
    public void forgetClasses() {
        codec.forgetClasses();
    }

    /** Values as JSON: payloads that arrived as JSON go out as they came, files in base64. */
    private record JsonValues(PayloadCodec codec) implements PacketWriter.Values {

        @Override
        public void write(JsonGenerator out, Payload payload) {
            Bytes raw = payload.encodedAs(CONTENT_TYPE);
            if (raw != null) {
                out.writeRawValue(new RawText(raw));
            } else {
                PlainValues.write(out, payload.value(), codec);
            }
        }

        @Override
        public void writeChunk(JsonGenerator out, Bytes chunk) {
            out.writeBinary(chunk.array(), chunk.offset(), chunk.length());
        }

        @Override
        public void writeChunkEncoding(JsonGenerator out) {
            out.writeName(Key.ENCODING.encoded());
            out.writeString("base64");
        }
    }

    /** Between a value and the next token there may be space and one comma, and neither ends a value. */
    private record JsonSlices(Slices slices) implements PacketReader.Payloads {

        @Override
        public @Nullable Payload now(JsonParser in) {
            return null;
        }

        @Override
        public Payload later(long from, long nextToken) {
            Bytes document = slices.document();
            int end = Math.toIntExact(nextToken);
            while (isSeparator(document.array()[document.offset() + end - 1])) {
                end--;
            }
            return slices.later(from, end);
        }

        private static boolean isSeparator(byte single) {
            return single == ',' || isSpace(single);
        }
    }
}
