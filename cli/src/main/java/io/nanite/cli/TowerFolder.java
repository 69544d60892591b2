package io.nanite.cli;

import io.nanite.admin.TowerStore;
import io.nanite.core.ConfigException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Where a Control Tower keeps what shall survive it: a folder that nobody else reads. Used by one thread at a time for each file. */
final class TowerFolder implements TowerStore {

    private static final long MOST_BYTES = 16L << 20;
    private static final int MOST_ASIDE = 1000;

    private final Path folder;

    /** Makes the folder if there is none; throws {@link ConfigException} if that cannot be. */
    TowerFolder(Path folder) {
        this.folder = folder;
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(folder);
                if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
                    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
                }
            }
            if (!Files.isWritable(folder)) {
                throw ConfigException.of("data-dir", folder, "a folder that this user may write to");
            }
        } catch (IOException e) {
            throw ConfigException.of("data-dir", folder, "a folder, or a place for one");
        }
    }

    @Override
    public Optional<byte[]> read(String name) throws IOException {
        Path file = folder.resolve(name);
        try {
            if (Files.size(file) > MOST_BYTES) {
                return Optional.of(new byte[0]); // none of ours: whoever reads it sees that
            }
            return Optional.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    @Override
    public void replace(String name, byte[] content) throws IOException {
        Path next = folder.resolve(name + ".next");
        Files.write(next, content);
        try {
            Files.move(next, folder.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(next, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void write(String name, long offset, byte[] content) throws IOException {
        try (FileChannel file =
                FileChannel.open(folder.resolve(name), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            ByteBuffer rest = ByteBuffer.wrap(content);
            long at = offset;
            while (rest.hasRemaining()) {
                at += file.write(rest, at);
            }
        }
    }

    @Override
    public String moveAside(String name) throws IOException {
        for (int i = 1; i < MOST_ASIDE; i++) {
            Path aside = folder.resolve("%s.aside-%d".formatted(name, i));
            if (!Files.exists(aside)) {
                Files.move(folder.resolve(name), aside);
                return aside.getFileName().toString();
            }
        }
        throw new IOException("%s: %d files were set aside (expected: fewer)".formatted(name, MOST_ASIDE));
    }
}
