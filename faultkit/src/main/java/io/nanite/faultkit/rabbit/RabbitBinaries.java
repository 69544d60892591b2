package io.nanite.faultkit.rabbit;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The programs of a RabbitMQ that is installed on this machine. */
public record RabbitBinaries(Path server, Path control, Path epmd) {

    /** The setting that says where RabbitMQ is, and that it is nowhere else. */
    public static final String HOME = "NANITE_RABBITMQ_HOME";

    private static final String DEBIAN = "/usr/lib/rabbitmq/bin";

    /** Looks at the environment of this process: {@value #HOME}, else the {@code PATH}, else where Debian has it. */
    public static Optional<RabbitBinaries> find() {
        return find(System::getenv);
    }

    /** {@code settings} answers with null for what is not set. */
    public static Optional<RabbitBinaries> find(Settings settings) {
        List<Path> folders = new ArrayList<>();
        List<Path> path = split(settings.value("PATH"));
        String home = settings.value(HOME);
        if (home == null) {
            folders.addAll(path);
            folders.add(Path.of(DEBIAN));
        } else {
            folders.addAll(List.of(Path.of(home), Path.of(home, "sbin"), Path.of(home, "bin")));
        }
        Optional<Path> server = program("rabbitmq-server", folders).map(RabbitBinaries::unwrapped);
        Optional<Path> epmd = program("epmd", path);
        if (server.isEmpty() || epmd.isEmpty()) {
            return Optional.empty();
        }
        Path control = server.get().resolveSibling("rabbitmqctl");
        return Files.isExecutable(control)
                ? Optional.of(new RabbitBinaries(server.get(), control, epmd.get()))
                : Optional.empty();
    }

    private static List<Path> split(@Nullable String path) {
        return path == null
                ? List.of()
                : Pattern.compile(Pattern.quote(File.pathSeparator))
                        .splitAsStream(path)
                        .filter(folder -> !folder.isEmpty())
                        .map(Path::of)
                        .toList();
    }

    private static Optional<Path> program(String name, List<Path> folders) {
        return folders.stream()
                .map(folder -> folder.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Debian puts a wrapper on the PATH that changes to the system's user and folders. We want neither; the real scripts are
     * beside it.
     */
    private static Path unwrapped(Path server) {
        try {
            Path real = server.toRealPath();
            return real.resolveSibling("rabbitmq-server");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
