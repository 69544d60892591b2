package io.nanite.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The right to use a data folder. The operating system takes it back when the process dies. Derby has a lock of its own,
 * but only against other processes: two brokers of one JVM would quietly share the database.
 */
final class FolderLock implements AutoCloseable {

    private final FileChannel channel;

    private FolderLock(FileChannel channel) {
        this.channel = channel;
    }

    /** Makes the folder if it is not there. Throws {@link BrokerStartException} if it cannot be used, or is in use. */
    static FolderLock acquire(Path folder) {
        FileChannel channel;
        try {
            Files.createDirectories(folder);
            channel = FileChannel.open(
                    folder.resolve("broker.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw BrokerStartException.ofFolder(folder, "cannot be written: " + e, e);
        }
        try {
            FileLock lock = tryLock(channel);
            if (lock != null) {
                return new FolderLock(channel);
            }
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw BrokerStartException.ofFolder(folder, "cannot be locked: " + e, e);
        }
        BrokerStartException inUse = BrokerStartException.ofFolder(folder, "another broker uses it", null);
        closeQuietly(channel, inUse);
        throw inUse;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another broker of this very JVM.
            return null;
        }
    }

    private static void closeQuietly(FileChannel channel, Exception reason) {
        try {
            channel.close();
        } catch (IOException e) {
            reason.addSuppressed(e);
        }
    }

    /** The file stays: to delete it would race with the next owner. */
    @Override
    public void close() throws IOException {
        channel.close();
    }
}
