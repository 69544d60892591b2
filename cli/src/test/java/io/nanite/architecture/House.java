package io.nanite.architecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which module and which room of it a class is in, and what each module may see. A class below {@code
 * io.nanite.planted.RULE} stands for one below {@code io.nanite}: a plant in {@code io.nanite.planted.graph.agent} is in
 * the agent, as far as the rules can tell.
 */
final class House {

    static final String ROOT = "io.nanite.";
    static final String PLANTED = ROOT + "planted.";

    /** The modules, and the modules that each may see. */
    static final Map<String, Set<String>> MODULES = Map.ofEntries(
            Map.entry("core", Set.of()),
            Map.entry("agent", Set.of("core")),
            Map.entry("mapper", Set.of("core")),
            // For those who want them: what is measured and traced on both sides looks alike.
            Map.entry("tracing", Set.of("core", "agent", "mapper")),
            Map.entry("metrics", Set.of("core", "agent", "mapper")),
            Map.entry("rabbitmq", Set.of("core")),
            Map.entry("embedded", Set.of("core")),
            Map.entry("secure", Set.of("core")),
            Map.entry("admin", Set.of("core", "mapper")),
            Map.entry("faultkit", Set.of()),
            Map.entry(
                    "cli",
                    Set.of(
                            "core",
                            "agent",
                            "mapper",
                            "metrics",
                            "rabbitmq",
                            "embedded",
                            "secure",
                            "admin",
                            "faultkit")));

    /** What every module may use besides itself: the JDK, the words for nullness. */
    static final List<String> EVERYWHERE = List.of("java.", "javax.", "org.jspecify.", ROOT);

    /** The libraries, and the modules that may know them. */
    static final Map<String, Set<String>> LIBRARIES = Map.ofEntries(
            Map.entry("com.rabbitmq.", Set.of("rabbitmq")),
            // Envelopes; and the hash of passwords.
            Map.entry("org.bouncycastle.", Set.of("secure", "admin")),
            Map.entry("io.javalin.", Set.of("admin")),
            // What Javalin stands on: its limits and its streams are set there.
            Map.entry("org.eclipse.jetty.", Set.of("admin")),
            Map.entry("jakarta.servlet.", Set.of("admin")),
            Map.entry("org.apache.qpid.", Set.of("embedded")),
            Map.entry("com.google.inject.", Set.of("agent", "cli")),
            Map.entry("jakarta.inject.", Set.of("agent", "cli")),
            // The embedded broker writes the configuration that Broker-J reads.
            Map.entry("tools.jackson.", Set.of("core", "cli", "embedded", "admin")),
            Map.entry("io.micrometer.", Set.of("metrics")),
            Map.entry("com.sun.net.httpserver.", Set.of("metrics")),
            Map.entry("io.opentelemetry.", Set.of("tracing")),
            Map.entry("picocli.", Set.of("cli")),
            Map.entry("org.jline.", Set.of("cli")),
            Map.entry("org.HdrHistogram.", Set.of("cli")),
            // Evaluates Java in the console.
            Map.entry("jdk.jshell.", Set.of("cli")),
            Map.entry("ch.qos.logback.", Set.of("cli")),
            // The edges log; core tells its callers.
            Map.entry("org.slf4j.", Set.of("agent", "mapper", "rabbitmq", "embedded", "secure", "admin", "cli")));

    private House() {}

    /** Where the class is: {@code mapper.selector}, or {@code mapper} for the root package. */
    static String room(JavaClass type) {
        String name = type.getPackageName() + ".";
        if (name.startsWith(PLANTED)) {
            int rule = name.indexOf('.', PLANTED.length());
            return strip(name.substring(rule + 1));
        }
        return name.startsWith(ROOT) ? strip(name.substring(ROOT.length())) : "";
    }

    private static String strip(String dotted) {
        return dotted.isEmpty() ? "" : dotted.substring(0, dotted.length() - 1);
    }

    static String module(JavaClass type) {
        String room = room(type);
        int dot = room.indexOf('.');
        return dot < 0 ? room : room.substring(0, dot);
    }

    static boolean isOurs(JavaClass type) {
        return (type.getPackageName() + ".").startsWith(ROOT);
    }

    /** Classes of one of these modules. */
    static DescribedPredicate<JavaClass> in(String... modules) {
        Set<String> wanted = Set.of(modules);
        return DescribedPredicate.describe("in " + String.join(" or ", modules), type -> wanted.contains(module(type)));
    }

    /** Classes of exactly this package: {@code core.packet}. */
    static DescribedPredicate<JavaClass> inRoom(String room) {
        return DescribedPredicate.describe("in " + room, type -> room(type).equals(room));
    }

    /** Classes with one of these names behind {@code io.nanite.}, and those inside them. */
    static DescribedPredicate<JavaClass> named(String... names) {
        Set<String> wanted = Set.of(names);
        return DescribedPredicate.describe("one of " + String.join(", ", names), type -> {
            String name = type.getName();
            int inner = name.indexOf('$');
            String outermost = inner < 0 ? name : name.substring(0, inner);
            return outermost.startsWith(ROOT) && wanted.contains(outermost.substring(ROOT.length()));
        });
    }
}
