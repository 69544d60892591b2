package io.nanite.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class PerThreadTest {

    private static final int MOST_COLLECTIONS = 1_000;

    private final PerThread<byte[]> buffers = new PerThread<>(() -> new byte[16]);

    @Test
    void aThreadGetsTheSameValueAsLongAsItIsUsed() {
        byte[] mine = buffers.value();

        assertThat(buffers.value()).isSameAs(mine);
    }

    @Test
    void anotherThreadGetsAnother() throws Exception {
        byte[] mine = buffers.value();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            assertThat(thread.submit(buffers::value).get()).isNotSameAs(mine);
        } finally {
            thread.shutdownNow();
        }
    }

    @Test
    void aThreadThatLivesOnKeepsNoValueThatNobodyUses() throws Exception {
        ExecutorService container = Executors.newSingleThreadExecutor();
        try {
            WeakReference<byte[]> theirs =
                    container.submit(() -> new WeakReference<>(buffers.value())).get();

            for (int i = 0; i < MOST_COLLECTIONS && theirs.get() != null; i++) {
                System.gc();
            }

            assertThat(theirs.get()).isNull();
            assertThat(container.submit(buffers::value).get()).hasSize(16);
        } finally {
            container.shutdownNow();
        }
    }
}
