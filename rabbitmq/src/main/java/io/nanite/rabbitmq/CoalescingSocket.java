package io.nanite.rabbitmq;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;

/**
 * A socket whose flushes can be held back. The client flushes behind every method, and each small write costs the broker
 * a wake-up; a writer that has several to send holds, writes them all, and lets go.
 */
final class CoalescingSocket extends Socket {

    private static final int BUFFER = 64 * 1024;

    private final Outflow outflow = new Outflow();

    /** Until {@link #letGo}, what is flushed stays here, unless it is more than the buffer holds. */
    void hold() {
        outflow.hold();
    }

    /** Sends what was held. */
    void letGo() throws IOException {
        outflow.letGo();
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        outflow.connect(super.getOutputStream());
        return outflow;
    }

    @Override
    public InputStream getInputStream() throws IOException {
        return new BufferedInputStream(super.getInputStream(), BUFFER);
    }

    private static final class Outflow extends OutputStream {

        private final byte[] buffer = new byte[BUFFER];
        private OutputStream socket = OutputStream.nullOutputStream();
        private int used;
        private boolean held;

        synchronized void connect(OutputStream to) {
            socket = to;
        }

        synchronized void hold() {
            held = true;
        }

        synchronized void letGo() throws IOException {
            held = false;
            drain();
        }

        @Override
        public synchronized void write(int b) throws IOException {
            if (used == BUFFER) {
                drain();
            }
            buffer[used++] = (byte) b;
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) throws IOException {
            if (length > BUFFER - used) {
                drain();
            }
            if (length > BUFFER) {
                socket.write(bytes, offset, length);
                return;
            }
            System.arraycopy(bytes, offset, buffer, used, length);
            used += length;
        }

        @Override
        public synchronized void flush() throws IOException {
            if (!held) {
                drain();
            }
        }

        private void drain() throws IOException {
            int count = used;
            used = 0; // first: a write that fails must not be tried again with the next one
            if (count > 0) {
                socket.write(buffer, 0, count);
            }
        }
    }
}
