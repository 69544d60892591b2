package io.nanite.admin;

import io.nanite.core.packet.Printable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The values of the last so many steps of time, in memory and in a file of a fixed size. Each step has its place, and each
 * place says which step it holds and has a check sum: so nothing need be put in order after a crash, and what was half written is a
 * gap. A file that is none of ours is set aside. Guarded by itself.
 */
final class Ring {

    private static final Logger LOG = LoggerFactory.getLogger(Ring.class);
    private static final byte[] MAGIC = "NANITE-RING-1\n".getBytes(StandardCharsets.US_ASCII);
    private static final int HEADER = 64;

    private final String file;
    private final int stepSeconds;
    private final int columns;
    private final int identity;
    private final TowerStore store;

    // Guarded by this.
    private final long[] steps;
    private final float[][] rows;
    private boolean writing = true;

    /** {@code identity} says what the columns are: a file of others is none of ours. */
    Ring(String file, int stepSeconds, int size, int columns, int identity, TowerStore store) {
        this.file = file;
        this.stepSeconds = stepSeconds;
        this.columns = columns;
        this.identity = identity;
        this.store = store;
        steps = new long[size];
        Arrays.fill(steps, Long.MIN_VALUE);
        rows = new float[size][columns];
    }

    int stepSeconds() {
        return stepSeconds;
    }

    int size() {
        return steps.length;
    }

    /** Reads what the file has of the time before {@code now}, in seconds since the epoch; never throws. */
    synchronized void load(long now) {
        try {
            Optional<byte[]> content = store.read(file);
            if (content.isPresent() && !readable(content.get())) {
                LOG.warn(
                        "{}: not a history of this tower (expected: its own file); now {}",
                        file,
                        store.moveAside(file));
                content = Optional.empty();
            }
            if (content.isPresent()) {
                int damaged = read(content.get(), now);
                if (damaged > 0) {
                    LOG.warn("{}: {} of {} places are damaged, and are gaps now", file, damaged, size());
                }
            } else {
                store.write(file, 0, header());
            }
        } catch (IOException e) {
            stopWriting(e);
        }
    }

    private void stopWriting(IOException e) {
        writing = false;
        LOG.warn(
                "{}: {}; the history is kept in memory only",
                file,
                Printable.of(e.getClass().getSimpleName() + ": " + e.getMessage()));
    }

    private byte[] header() {
        ByteBuffer header = ByteBuffer.allocate(HEADER);
        header.put(MAGIC).putInt(stepSeconds).putInt(size()).putInt(columns).putInt(identity);
        return header.array();
    }

    private boolean readable(byte[] content) {
        return content.length >= HEADER
                && content.length <= HEADER + (long) size() * place()
                && Arrays.equals(content, 0, HEADER, header(), 0, HEADER);
    }

    private int place() {
        return Long.BYTES + columns * Float.BYTES + Integer.BYTES;
    }

    /** Returns how many places are damaged. */
    private int read(byte[] content, long now) {
        int damaged = 0;
        for (int i = 0; i < size(); i++) {
            int offset = HEADER + i * place();
            if (offset >= content.length) {
                break;
            }
            ByteBuffer place = ByteBuffer.wrap(content, offset, Math.min(place(), content.length - offset));
            if (isEmpty(content, offset)) {
                continue;
            }
            if (place.remaining() < place() || !whole(content, offset)) {
                damaged++;
                continue;
            }
            long step = place.getLong();
            if (Math.floorMod(step, size()) != i || step > now / stepSeconds) {
                damaged++; // or the clock was wrong
                continue;
            }
            float[] row = new float[columns];
            place.asFloatBuffer().get(row);
            steps[i] = step;
            rows[i] = row;
        }
        return damaged;
    }

    private boolean isEmpty(byte[] content, int offset) {
        for (int i = offset; i < Math.min(offset + place(), content.length); i++) {
            if (content[i] != 0) {
                return false;
            }
        }
        return true;
    }

    private boolean whole(byte[] content, int offset) {
        int sum = ByteBuffer.wrap(content, offset + place() - Integer.BYTES, Integer.BYTES)
                .getInt();
        return sum == sum(content, offset);
    }

    private int sum(byte[] content, int offset) {
        CRC32 sum = new CRC32();
        sum.update(content, offset, place() - Integer.BYTES);
        return (int) sum.getValue();
    }

    /** The values of the step that has this second. */
    synchronized void put(long second, float[] row) {
        long step = Math.floorDiv(second, stepSeconds);
        int index = (int) Math.floorMod(step, (long) size());
        steps[index] = step;
        rows[index] = row.clone();
        if (!writing) {
            return;
        }
        ByteBuffer place = ByteBuffer.allocate(place());
        place.putLong(step);
        for (float value : row) {
            place.putFloat(value);
        }
        place.putInt(sum(place.array(), 0));
        try {
            store.write(file, HEADER + (long) index * place(), place.array());
        } catch (IOException e) {
            stopWriting(e);
        }
    }

    /** The values of the step that has this second; null for a gap. */
    synchronized float @Nullable [] at(long second) {
        long step = Math.floorDiv(second, stepSeconds);
        int index = (int) Math.floorMod(step, (long) size());
        return steps[index] == step ? rows[index].clone() : null;
    }
}
