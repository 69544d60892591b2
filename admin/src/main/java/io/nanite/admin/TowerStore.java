package io.nanite.admin;

import java.io.IOException;
import java.util.Optional;

/**
 * Where a tower keeps what shall survive it: a few small files, by names of {@code a-z}, digits, dots and dashes. Used by one thread
 * at a time.
 */
public interface TowerStore {

    /** All of it; empty if there is no such file. */
    Optional<byte[]> read(String name) throws IOException;

    /** Has the file hold this and nothing else: whoever reads sees all of it, or what was there before. */
    void replace(String name, byte[] content) throws IOException;

    /** Writes over what is there, or behind it. */
    void write(String name, long offset, byte[] content) throws IOException;

    /** Puts the file out of the way, under another name, which is returned: somebody may want to know what it was. */
    String moveAside(String name) throws IOException;

    /** Keeps nothing. */
    static TowerStore none() {
        return new TowerStore() {
            @Override
            public Optional<byte[]> read(String name) {
                return Optional.empty();
            }

            @Override
            public void replace(String name, byte[] content) {}

            @Override
            public void write(String name, long offset, byte[] content) {}

            @Override
            public String moveAside(String name) {
                return name;
            }
        };
    }
}
