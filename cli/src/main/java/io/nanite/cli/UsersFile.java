package io.nanite.cli;

import io.nanite.admin.TowerUser;
import io.nanite.core.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The people who may log in to a Control Tower, a line for each: {@code name:role:hash}. Any thread. */
final class UsersFile {

    private static final Logger LOG = LoggerFactory.getLogger(UsersFile.class);
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");
    private static final long MOST_BYTES = 1 << 20;

    private final Path file;

    // Guarded by this.
    private List<TowerUser> known = List.of();
    private @Nullable FileTime changed;
    private @Nullable String complaint;

    UsersFile(Path file) {
        this.file = file;
    }

    /**
     * Those in it, read again when it has changed. The first time it throws {@link ConfigException} if it is wrong; later what was
     * right last stays.
     */
    synchronized List<TowerUser> users() {
        try {
            FileTime now = Files.getLastModifiedTime(file);
            if (!now.equals(changed)) {
                known = read();
                changed = now;
                complaint = null;
            }
        } catch (IOException | ConfigException e) {
            if (changed == null) {
                throw e instanceof ConfigException wrong ? wrong : ConfigException.of("users", file, "a file");
            }
            String message = String.valueOf(e.getMessage());
            if (!message.equals(complaint)) { // each request asks
                complaint = message;
                LOG.warn("{}: not read again: {}", file, message);
            }
        }
        return known;
    }

    private List<TowerUser> read() throws IOException {
        requireOwn("users", file);
        if (Files.size(file) > MOST_BYTES) {
            throw ConfigException.of("users", file, "a file of at most %d bytes".formatted(MOST_BYTES));
        }
        List<TowerUser> users = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                users.add(TowerUser.parse(line));
            }
        }
        long names = users.stream().map(TowerUser::name).distinct().count();
        if (names != users.size()) {
            throw ConfigException.of("users", file, "each name once");
        }
        return List.copyOf(users);
    }

    /** Throws {@link ConfigException}, with the name of the setting, if others than its owner may do anything with the file. */
    static void requireOwn(String setting, Path file) {
        try {
            Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(file);
            if (allowed.stream().anyMatch(OTHERS::contains)) {
                throw ConfigException.of(
                        setting,
                        "%s, %s".formatted(file, PosixFilePermissions.toString(allowed)),
                        "a file that only its owner may read: chmod 600");
            }
        } catch (NoSuchFileException e) {
            // Who reads it says so.
        } catch (IOException | UnsupportedOperationException e) {
            LOG.debug("{}: who may read it is not known", file, e);
        }
    }

    /** Writes this one into the file, in the place of one of the same name. Throws {@link ConfigException} if it cannot. */
    synchronized void put(TowerUser user) {
        try {
            List<TowerUser> users = new ArrayList<>();
            try {
                users.addAll(read());
            } catch (NoSuchFileException e) {
                // It is made now.
            }
            users.removeIf(each -> each.name().equals(user.name()));
            users.add(user);
            String text = users.stream().map(TowerUser::line).collect(Collectors.joining("\n", "", "\n"));
            Path next = Files.createTempFile(
                    file.toAbsolutePath().getParent(), ".users", ".next"); // which only we may read
            Files.writeString(next, text);
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw ConfigException.of("users", file, "a file that this user may write");
        }
    }
}
