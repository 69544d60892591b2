package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.PerThread;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.util.SimpleStreamWriteContext;
import tools.jackson.dataformat.smile.SmileFactory;
import tools.jackson.dataformat.smile.SmileMapper;
import tools.jackson.dataformat.smile.SmileWriteFeature;

/**
 * Packets in Smile, the binary form of JSON: the same keys as {@link JsonSerializer} writes, within the same limits, for
 * fabrics whose agents all read it. Files travel as bytes, not as base64, and there is no outer size. Safe for use by many
 * threads.
 *
 * <p>What is written refers to nothing outside itself, so that a payload can be copied from one packet into another as
 * bytes. A document from elsewhere that shares names or texts is read as well, its payload at once.
 *
 * @see <a href="https://github.com/FasterXML/smile-format-specification">the format</a>
 */
public final class SmileSerializer implements Serializer {

    /** The media type of the documents. */
    public static final String CONTENT_TYPE = "application/smile";

    /** A smile, a line end, and the flag for bytes that are not spread over seven bits. */
    private static final byte[] HEADER = {':', ')', '\n', 0x04};

    private static final int SHARES_NAMES_OR_TEXTS = 0x03;

    private final SmileFactory factory = SmileFactory.builder()
            .disable(SmileWriteFeature.CHECK_SHARED_NAMES)
            .disable(SmileWriteFeature.CHECK_SHARED_STRING_VALUES)
            .disable(SmileWriteFeature.ENCODE_BINARY_AS_7BIT)
            .streamReadConstraints(Limits.reading())
            .streamWriteConstraints(Limits.writing())
            .recyclerPool(new BufferPool())
            .build();
    private final PayloadCodec codec =
            new PayloadCodec(CONTENT_TYPE, SmileMapper.builder(factory), SmileSerializer::document);
    private final PacketReader reader = new PacketReader(factory);
    private final PacketWriter writer = new PacketWriter(new SmileValues(codec));
    private final Refusals refusals = new Refusals("Smile");
    private final PerThread<Scratch> scratch = new PerThread<>(Scratch::new);

    @Override
    public String contentType() {
        return CONTENT_TYPE;
    }

    @Override
    public boolean reads(@Nullable String contentType) {
        return contentType != null && MediaType.is(contentType, CONTENT_TYPE);
    }

    @Override
    public byte[] write(Packet packet, Recipient recipient) {
        Scratch mine = scratch.value();
        Scratch to = mine.take() ? mine : new Scratch();
        try {
            try (JsonGenerator out = factory.createGenerator(ObjectWriteContext.empty(), to)) {
                writer.write(out, packet);
            }
            return Arrays.copyOf(to.array(), to.length());
        } catch (RuntimeException e) {
            throw refusals.ofWriting(packet, e);
        } finally {
            to.release();
        }
    }

    @Override
    public Packet read(Bytes bytes, @Nullable String contentType) {
        refusals.checkMediaType(this, contentType);
        Refusals.checkLength(bytes);
        byte[] array = bytes.array();
        if (bytes.length() <= HEADER.length
                || !Arrays.equals(array, bytes.offset(), bytes.offset() + 3, HEADER, 0, 3)) {
            throw new SerializationException("document: %s (expected: one Smile document)".formatted(bytes));
        }
        boolean shares = (array[bytes.offset() + 3] & SHARES_NAMES_OR_TEXTS) != 0;
        try (JsonParser in = factory.createParser(ObjectReadContext.empty(), array, bytes.offset(), bytes.length())) {
            in.nextToken();
            // The parser counts from somewhere; the first token stands behind the header.
            long origin = in.currentTokenLocation().getByteOffset() - HEADER.length;
            Packet packet = reader.read(in, shares ? new AtOnce(codec) : new Slices(bytes, codec, origin));
            if (in.currentLocation().getByteOffset() - origin != bytes.length()) {
                throw new SerializationException("document: more behind its end (expected: one packet)");
            }
            return packet;
        } catch (RuntimeException e) {
            throw refusals.ofReading(e);
        }
    }

    @Override
    public @Nullable Object convert(Payload payload, Type type) {
        return codec.convert(payload, type);
    }

    @Override
    public void forgetClasses() {
        codec.forgetClasses();
    }

    private static Bytes document(Bytes payload) {
        byte[] document = Arrays.copyOf(HEADER, HEADER.length + payload.length());
        System.arraycopy(payload.array(), payload.offset(), document, HEADER.length, payload.length());
        return Bytes.of(document);
    }

    /** Values that may refer to what came before them in their document. */
    private record AtOnce(PayloadCodec codec) implements PacketReader.Payloads {

        @Override
        public Payload now(JsonParser in) {
            return Payload.of(codec.read(in));
        }

        @Override
        public Payload later(long from, long nextToken) {
            throw new IllegalStateException("bytes %d to %d (expected: read at once)".formatted(from, nextToken));
        }
    }

    /** Values as Smile: payloads that arrived as Smile go out as they came. */
    private record SmileValues(PayloadCodec codec) implements PacketWriter.Values {

        @Override
        public void write(JsonGenerator out, Payload payload) {
            Bytes raw = payload.encodedAs(CONTENT_TYPE);
            if (raw == null) {
                PlainValues.write(out, payload.value(), codec);
                return;
            }
            // This generator has no "raw value": empty its buffer, write behind it, and say that a value was written.
            out.flush();
            try {
                ((OutputStream) out.streamWriteOutputTarget()).write(raw.array(), raw.offset(), raw.length());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            ((SimpleStreamWriteContext) out.streamWriteContext()).writeValue();
        }

        @Override
        public void writeChunk(JsonGenerator out, Bytes chunk) {
            out.writeBinary(chunk.array(), chunk.offset(), chunk.length());
        }

        @Override
        public void writeChunkEncoding(JsonGenerator out) {
            // Bytes are bytes here.
        }
    }
}
