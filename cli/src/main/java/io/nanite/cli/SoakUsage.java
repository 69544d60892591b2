package io.nanite.cli;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.ObjectName;
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
                openDescriptors());
    }

    /** By name: only JVMs on Unix know it, and the type that says so is not Java's. */
    private static long openDescriptors() {
        try {
            return (Long) ManagementFactory.getPlatformMBeanServer()
                    .getAttribute(
                            new ObjectName(ManagementFactory.OPERATING_SYSTEM_MXBEAN_NAME), "OpenFileDescriptorCount");
        } catch (JMException e) {
            return -1;
        }
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
