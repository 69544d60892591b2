package io.nanite.secure;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Files that appear whole or not at all, with their mode from the first moment. Where there are no modes there are none. */
final class WholeFiles {

    /** Many times a certificate or key; a file that is longer is something else. */
    static final long LONGEST = 10 * 1024 * 1024;

    private static final Set<PosixFilePermission> OWNERS = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> EVERYBODYS = PosixFilePermissions.fromString("rw-r--r--");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    private WholeFiles() {}

    /** For everybody to read. */
    static void writePublic(Path file, byte[] content) {
        write(file, content, EVERYBODYS);
    }

    /** For its owner alone. */
    static void writeSecret(Path file, byte[] content) {
        write(file, content, OWNERS);
    }

    private static void write(Path file, byte[] content, Set<PosixFilePermission> mode) {
        try {
            Path folder = file.toAbsolutePath().getParent();
            boolean posix = Files.getFileStore(folder).supportsFileAttributeView("posix");
            FileAttribute<?>[] made = posix
                    ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(OWNERS)}
                    : new FileAttribute<?>[0];
            Path fresh = Files.createTempFile(folder, ".", ".new", made);
            try {
                try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
                    ByteBuffer bytes = ByteBuffer.wrap(content);
                    while (bytes.hasRemaining()) {
                        channel.write(bytes);
                    }
                    channel.force(true);
                }
                if (posix) {
                    Files.setPosixFilePermissions(fresh, mode);
                }
                Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(fresh);
            }
        } catch (IOException e) {
            throw new CertificateException("%s: %s (expected: a file that can be written)".formatted(file, e), e);
        }
    }

    static byte[] read(Path file) {
        try {
            if (Files.size(file) > LONGEST) {
                throw new CertificateException(
                        "%s: %d bytes (expected: at most %d)".formatted(file, Files.size(file), LONGEST));
            }
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new CertificateException("%s: %s (expected: a file that can be read)".formatted(file, e), e);
        }
    }

    /** Throws {@link CertificateException} if others than the owner may do anything with the file. */
    static void requireOwners(Path file) {
        String mode = openMode(file);
        if (mode != null) {
            throw new CertificateException(
                    "%s: %s (expected: a file that only its owner may read: chmod 600)".formatted(file, mode));
        }
    }

    /** The mode of a file that others may do something with; null if they may not, or where there are no modes. */
    static @Nullable String openMode(Path file) {
        try {
            Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
            return mode.stream().anyMatch(OTHERS::contains) ? PosixFilePermissions.toString(mode) : null;
        } catch (UnsupportedOperationException e) {
            return null;
        } catch (IOException e) {
            throw new CertificateException("%s: %s (expected: a file that can be read)".formatted(file, e), e);
        }
    }
}
