package io.nanite.secure;

import static io.nanite.secure.World.A1;
import static io.nanite.secure.World.M1;
import static io.nanite.secure.World.M2;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Packet;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.SerializationException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Breaks envelopes at random and reads them: what is accepted must be what was written. The main takes how many, and is for
 * a long run with a small heap.
 */
final class MutatedEnvelopes {

    private final World world = new World();
    private final SecureSerializer agent = world.weakened(A1, Set.of(RefusalReason.REPLAY));
    private final SecureSerializer mapper = world.weakened(M1, Set.of(RefusalReason.REPLAY));
    private final Random random;
    private final ThreadMXBean processor = ManagementFactory.getThreadMXBean();

    /** What became of them; the slowest by the processor's time, since the clock of a busy machine says nothing. */
    record Tally(long refused, long same, long changed, long crashed, long slowestMillis) {}

    private record Original(SecureSerializer reader, Packet packet, Bytes envelope, String contentType) {

        Original(SecureSerializer reader, Packet packet, byte[] envelope) {
            this(reader, packet, Bytes.of(envelope), SecureSerializer.CONTENT_TYPE);
        }
    }

    MutatedEnvelopes(long seed) {
        random = new Random(seed);
    }

    Tally run(int count) {
        List<Original> originals = originals();
        long refused = 0;
        long same = 0;
        long changed = 0;
        long crashed = 0;
        long slowest = 0;
        for (int i = 0; i < count; i++) {
            Original original = originals.get(i % originals.size());
            byte[] mutated = mutated(original.envelope().toArray().clone());
            long start = processor.getCurrentThreadCpuTime();
            try {
                Packet read = original.reader().read(Bytes.of(mutated), original.contentType());
                if (read.equals(original.packet())) {
                    same++;
                } else {
                    changed++;
                }
            } catch (SerializationException e) {
                refused++;
            } catch (RuntimeException | Error e) {
                crashed++;
            }
            slowest = Math.max(slowest, processor.getCurrentThreadCpuTime() - start);
        }
        return new Tally(refused, same, changed, crashed, slowest / 1_000_000);
    }

    /** Of both kinds of keys, alone and out of a pack: the agent's are P-256, one mapper's are RSA. */
    private List<Original> originals() {
        world.join(world.authority.issueRsa(M2));
        Packet byRsa = World.request(M2, A1);
        Packet byP256 = World.request(M1, A1);
        Packet ping = World.ping(A1);
        SecureSerializer carrying =
                world.member(A1, world.authority.config().withCarriesCertificates(true), Checks.strict());
        List<Bytes> pack = SecurePacksTest.packed(world.member(M1), List.of(byP256, byRsa), A1);
        return List.of(
                new Original(agent, byP256, world.write(M1, byP256, A1)),
                new Original(agent, byRsa, world.write(M2, byRsa, A1)),
                new Original(mapper, ping, world.member(A1).write(ping, new Recipient.EveryMapper())),
                new Original(mapper, ping, carrying.write(ping, new Recipient.EveryMapper())),
                new Original(agent, byP256, pack.get(0), Pieces.CONTENT_TYPE));
    }

    private byte[] mutated(byte[] bytes) {
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] = (byte) random.nextInt(256);
                case 1, 2 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 3 -> bytes = Arrays.copyOf(bytes, Math.max(1, at));
                default -> {
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(random.nextInt(40), bytes.length - Math.max(at, from));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    /** How many, and from which seed. */
    public static void main(String[] arguments) {
        int count = Integer.parseInt(arguments[0]);
        System.out.println(new MutatedEnvelopes(Long.parseLong(arguments[1])).run(count));
    }
}
