package io.nanite.cli;

import io.nanite.core.packet.Identity;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The folder in which the processes of one root find each other. Who holds the lock of a name runs under it; what else lies
 * there may be left over from somebody who was killed, and is in nobody's way. Any thread.
 *
 * @param path need not exist
 */
record RunFolder(Path path) {

    private static final String LOCK = ".lock";

    /** Somebody who looks whether a lock is held holds it himself for a moment: one refusal means nothing. */
    private static final int TRIES = 20;

    private static final Duration MOMENT = Duration.ofMillis(5);

    /** The file with the number of the process; there once it is ready. */
    Path pidFile(Identity identity) {
        return path.resolve(identity + ".pid");
    }

    /** Where the process answers; there once it is ready. */
    Path socket(Identity identity) {
        return path.resolve(identity + ".sock");
    }

    private Path lock(Identity identity) {
        return path.resolve(identity + LOCK);
    }

    /**
     * Takes the name for this process, until the claim is closed or the process has ended. Throws
     * {@link AlreadyRunningException} if somebody has it, and an {@link IOException} if the folder is no good.
     */
    Claim claim(Identity identity) throws IOException {
        boolean made = !Files.isDirectory(path);
        for (int i = 0; i < TRIES; i++) {
            Files.createDirectories(path);
            Claim claim = tryClaim(identity, made);
            if (claim != null) {
                return claim;
            }
            LockSupport.parkNanos(this, MOMENT.toNanos());
        }
        throw new AlreadyRunningException(identity, holder(identity).orElse("unknown"), path);
    }

    private @Nullable Claim tryClaim(Identity identity, boolean made) throws IOException {
        Path file = lock(identity);
        FileChannel channel = null;
        FileLock lock = null;
        try {
            channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            Object opened = key(file);
            lock = channel.tryLock();
            // Who ends deletes the file that he holds: what we have locked may be no longer what the others see.
            if (lock != null && Objects.equals(opened, key(file))) {
                channel.truncate(0);
                channel.write(ByteBuffer.wrap(
                        "%d\n".formatted(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
                Files.deleteIfExists(pidFile(identity));
                Files.deleteIfExists(socket(identity));
                return new Claim(this, identity, channel, made);
            }
        } catch (NoSuchFileException e) {
            lock = null; // deleted at this very moment
        } catch (OverlappingFileLockException e) {
            throw new AlreadyRunningException(
                    identity, Long.toString(ProcessHandle.current().pid()), path);
        }
        if (channel != null) {
            channel.close();
        }
        return null;
    }

    private static @Nullable Object key(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /** The number of the process that holds the name, as it has written it down; empty if nobody does. */
    Optional<String> holder(Identity identity) {
        Path file = lock(identity);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            FileLock lock = channel.tryLock();
            return lock == null ? Optional.of(Files.readString(file).strip()) : Optional.empty();
        } catch (OverlappingFileLockException e) {
            return Optional.of(Long.toString(ProcessHandle.current().pid()));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The number of the process that is ready under this name, or was before it was killed. */
    Optional<String> ready(Identity identity) {
        try {
            return Optional.of(Files.readString(pidFile(identity)).strip());
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Everybody who runs, by name. */
    List<Identity> holders() {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(LOCK))
                    .map(name -> identity(name.substring(0, name.length() - LOCK.length())))
                    .flatMap(Optional::stream)
                    .filter(identity -> holder(identity).isPresent())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static Optional<Identity> identity(String text) {
        try {
            return Optional.of(new Identity(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A name that this process has. Who made it closes it. */
    static final class Claim implements AutoCloseable {

        private final RunFolder folder;
        private final Identity identity;
        private final FileChannel channel;
        private final boolean madeFolder;

        private Claim(RunFolder folder, Identity identity, FileChannel channel, boolean madeFolder) {
            this.folder = folder;
            this.identity = identity;
            this.channel = channel;
            this.madeFolder = madeFolder;
        }

        /** Writes the pid file, all at once. */
        void ready() throws IOException {
            Path unfinished = folder.path().resolve(identity + ".pid.new");
            Files.writeString(unfinished, ProcessHandle.current().pid() + "\n");
            Files.move(
                    unfinished,
                    folder.pidFile(identity),
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        }

        /** Leaves nothing behind. */
        @Override
        public void close() throws IOException {
            try (channel) {
                Files.deleteIfExists(folder.pidFile(identity));
                Files.deleteIfExists(folder.socket(identity));
                Files.deleteIfExists(folder.lock(identity));
                if (madeFolder) {
                    Files.deleteIfExists(folder.path());
                }
            } catch (DirectoryNotEmptyException e) {
                // Others run in it.
            }
        }
    }
}
