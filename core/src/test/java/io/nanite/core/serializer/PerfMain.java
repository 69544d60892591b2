package io.nanite.core.serializer;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import java.util.Set;
import java.util.function.Supplier;

/** Prints what writing and reading a request with 1 KiB of text costs on one thread. Not a test: figures drift. */
final class PerfMain {

    private static final int ROUNDS = 8;
    private static final int CALLS = 400_000;

    private PerfMain() {}

    public static void main(String[] arguments) {
        for (Serializer serializer : new Serializer[] {new JsonSerializer(), new SmileSerializer()}) {
            Request request = new Request(
                    Service.parse("/simple/echo"),
                    Payload.of("x".repeat(1024)),
                    Identity.mapper("m1"),
                    new Token("349eecc5088af66b118a37a9082f912c"),
                    Identity.mapper("m1"),
                    "least_loaded",
                    Identity.agent("a1"),
                    false,
                    Set.of(),
                    true,
                    new Metadata(1_700_000_000_000L, 1, 0, null));
            Recipient recipient = new Recipient.One(Identity.agent("a1"));
            Bytes written = Bytes.of(serializer.write(request, recipient));
            Packet read = serializer.read(written, serializer.contentType());
            System.out.printf("%s, %d bytes%n", serializer.contentType(), written.length());
            for (int round = 0; round < ROUNDS; round++) {
                System.out.printf(
                        "write %.2f µs, pass on %.2f µs, read %.2f µs, read with its value %.2f µs%n",
                        micros(() -> serializer.write(request, recipient)),
                        micros(() -> serializer.write(read, recipient)),
                        micros(() -> serializer.read(written, serializer.contentType())),
                        micros(() -> ((Request) serializer.read(written, serializer.contentType()))
                                .payload()
                                .value()));
            }
        }
    }

    private static double micros(Supplier<?> call) {
        long kept = 0;
        long start = System.nanoTime();
        for (int i = 0; i < CALLS; i++) {
            kept += System.identityHashCode(call.get()) & 1;
        }
        double micros = (System.nanoTime() - start) / 1e3 / CALLS;
        return kept < 0 ? Double.NaN : micros;
    }
}
