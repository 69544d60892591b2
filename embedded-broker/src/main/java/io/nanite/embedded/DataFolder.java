package io.nanite.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.DriverManager;
import java.sql.SQLException;
import org.apache.qpid.server.store.derby.DerbyUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A data folder that is ours: locked, with its database running. Not thread-safe.
 *
 * <p>The operating system takes the lock back when the process dies. Derby has a lock of its own, but only against other
 * processes: two brokers of one JVM would quietly share the database.
 */
final class DataFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

    private final FileChannel lockFile;
    private final String database;

    private DataFolder(FileChannel lockFile, String database) {
        this.lockFile = lockFile;
        this.database = database;
    }

    /** Makes the folder if it is not there. Throws {@link BrokerStartException} if it cannot be used, or is in use. */
    static DataFolder open(Path folder, String vhost) {
        FileChannel lockFile = lock(folder);
        // The name that Broker-J will ask for, for its store of this name in this place.
        String url = DerbyUtils.createConnectionUrl(vhost, store(folder).toString());
        DataFolder opened = new DataFolder(lockFile, url);
        try {
            // Broker-J would find out too, but it tells only its log.
            DriverManager.getConnection(url).close();
            return opened;
        } catch (SQLException e) {
            opened.close();
            throw BrokerStartException.ofFolder(
                    folder, "cannot be opened: " + deepest(e).getMessage(), e);
        }
    }

    /** Where in a data folder Broker-J keeps its databases. */
    static Path store(Path folder) {
        return folder.resolve("store");
    }

    private static FileChannel lock(Path folder) {
        FileChannel lockFile;
        try {
            Files.createDirectories(folder);
            lockFile = FileChannel.open(
                    folder.resolve("broker.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw BrokerStartException.ofFolder(folder, "cannot be written: " + e, e);
        }
        BrokerStartException refusal;
        try {
            if (tryLock(lockFile) != null) {
                return lockFile;
            }
            refusal = BrokerStartException.ofFolder(folder, "another broker uses it", null);
        } catch (IOException e) {
            refusal = BrokerStartException.ofFolder(folder, "cannot be locked: " + e, e);
        }
        closeQuietly(lockFile);
        throw refusal;
    }

    private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
        try {
            return channel.tryLock();
        } catch (OverlappingFileLockException e) {
            // Another broker of this very JVM.
            return null;
        }
    }

    /** Derby puts the reason last. */
    private static Throwable deepest(SQLException e) {
        Throwable deepest = e;
        while (deepest.getCause() != null) {
            deepest = deepest.getCause();
        }
        return deepest;
    }

    /** The lock's file stays: to delete it would race with the next owner. */
    @Override
    public void close() {
        try {
            DerbyUtils.shutdownDatabase(database);
        } catch (SQLException e) {
            // Broker-J has done so, or it never ran.
            LOG.debug("Database {}: not running any more", database, e);
        }
        closeQuietly(lockFile);
    }

    private static void closeQuietly(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            LOG.warn("The lock on a data folder could not be released", e);
        }
    }
}
