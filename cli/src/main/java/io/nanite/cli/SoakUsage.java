package io.nanite.cli;

import java.lang.management.ManagementFactory;
import org.jspecify.annotations.Nullable;

/**
 * What a process of a soak takes of its machine.
 *
 * @param heap in bytes, what is left when the garbage is gone
 * @param threads platform threads
 * @param descriptors open files and sockets; -1 where the system does not say
 */
record SoakUsage(long heap, int threads, long descriptors) {

    private static final String LINE = "soak uses ";

    /** Of this process, now. Collects its garbage first. */
    static SoakUsage now() {
        System.gc();
        return new SoakUsage(
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed(),
                ManagementFactory.getThreadMXBean().getThreadCount(),
                ManagementFactory.getOperatingSystemMXBean()
                                instanceof com.sun.management.UnixOperatingSystemMXBean system
                        ? system.getOpenFileDescriptorCount()
                        : -1);
    }

    /** As one process tells it to another. */
    String line() {
        return LINE + heap + " " + threads + " " + descriptors;
    }

    /** What such a line says; null for any other. */
    static @Nullable SoakUsage parse(String line) {
        if (!line.startsWith(LINE)) {
            return null;
        }
        String[] figures = line.substring(LINE.length()).split(" ", -1);
        return new SoakUsage(Long.parseLong(figures[0]), Integer.parseInt(figures[1]), Long.parseLong(figures[2]));
    }
}
