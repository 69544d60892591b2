package io.nanite.cli;

import io.nanite.rabbitmq.Finding;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Looks at this machine: its Java, how many files may be open, the folders that are written to.
 *
 * @param limits where the system tells the limits of this process
 * @param shared what the launcher was told about shared classes; null for nothing
 */
record MachineCheckup(Path limits, @Nullable String shared) {

    private static final long FEW_FILES = 4_096;
    private static final long MEGABYTE = 1L << 20;
    private static final long LITTLE_SPACE = 500 * MEGABYTE;
    private static final long NO_SPACE = 20 * MEGABYTE;
    private static final int VIRTUAL_THREADS = 24;

    /** Its version, and whether its start is as quick as it could be. */
    List<Finding> java() {
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.fine(
                "Java",
                Runtime.version().feature() < VIRTUAL_THREADS
                        ? "%s; from %d on jobs are virtual threads".formatted(Runtime.version(), VIRTUAL_THREADS)
                        : Runtime.version().toString()));
        findings.add(sharedClasses(ManagementFactory.getRuntimeMXBean().getInputArguments()));
        return findings;
    }

    Finding sharedClasses(List<String> options) {
        if (options.stream().anyMatch(option -> option.startsWith("-XX:SharedArchiveFile="))) {
            return Finding.fine("start", "with shared classes");
        }
        return "off".equals(shared)
                ? Finding.fine("start", "without shared classes, as NANITE_SHARED says")
                : Finding.warning(
                        "start",
                        "without shared classes, so it takes twice as long",
                        "delete lib/nanite-*.jsa of the installation, if there is one, and run as somebody who may write there: nanite --version");
    }

    /** Connections, jars, logs and sockets all are files. */
    Finding openFiles() {
        try (Stream<String> lines = Files.lines(limits)) {
            String line = lines.filter(each -> each.startsWith("Max open files"))
                    .findFirst()
                    .orElse("");
            String soft = line.replace("Max open files", "").strip().split("\\s+", 2)[0];
            if (soft.equals("unlimited")) {
                return Finding.fine("open files", soft);
            }
            return Long.parseLong(soft) < FEW_FILES
                    ? Finding.warning(
                            "open files",
                            "%s may be open at once".formatted(soft),
                            "allow more: ulimit -n 65536, or LimitNOFILE=65536 in the unit")
                    : Finding.fine("open files", "%s may be open at once".formatted(soft));
        } catch (IOException | NumberFormatException e) {
            return Finding.unknown("open files", "this system does not say how many", "look: ulimit -n");
        }
    }

    /** Whether they can be written, and have room. What does not exist yet would be made. */
    List<Finding> folders(Map<String, Path> folders) {
        List<Finding> findings = new ArrayList<>();
        folders.forEach((name, folder) -> findings.add(folder(name, folder)));
        return findings;
    }

    private static Finding folder(String name, Path folder) {
        Path there = folder;
        while (there != null && !Files.exists(there)) {
            there = there.getParent();
        }
        if (there == null || !Files.isDirectory(there) || !Files.isWritable(there)) {
            return name.equals("root")
                    ? Finding.warning(name, "%s cannot be written".formatted(folder), "say --pid-dir and --log-dir")
                    : Finding.wrong(
                            name,
                            "%s cannot be written".formatted(folder),
                            "make it, for this user; or name another: --%s".formatted(name.replace(' ', '-')));
        }
        try {
            return space(name, folder, Files.getFileStore(there).getUsableSpace());
        } catch (IOException e) {
            return Finding.unknown(name, "%s does not tell its room".formatted(folder), "look: df -h " + there);
        }
    }

    static Finding space(String name, Path folder, long usable) {
        String what = "%s has %d MB left".formatted(folder, usable / MEGABYTE);
        String cure = "make room: df -h %s; logs may take less: --log-total".formatted(folder);
        if (usable < NO_SPACE) {
            return Finding.wrong(name, what, cure);
        }
        return usable < LITTLE_SPACE ? Finding.warning(name, what, cure) : Finding.fine(name, what);
    }
}
