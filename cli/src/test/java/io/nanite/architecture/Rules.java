package io.nanite.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static io.nanite.architecture.House.in;
import static io.nanite.architecture.House.inRoom;
import static io.nanite.architecture.House.named;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitAccessTarget;
import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaField;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.nanite.core.NaniteException;
import java.util.Collection;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The rules. Each has a plant in {@code io.nanite.planted.NAME} (its name in lower case, without the underscores) that it
 * must refuse; a rule without one does not pass.
 */
final class Rules {

    // ---- who may see whom

    static final ArchRule GRAPH = classes()
            .should(condition("see only the modules below them", (type, events) -> {
                String module = House.module(type);
                Set<String> below = House.MODULES.get(module);
                if (below == null) {
                    refuse(events, type, "%s is in no module of the graph: %s".formatted(type.getName(), module));
                    return;
                }
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass seen = dependency.getTargetClass();
                    String other = House.module(seen);
                    if (House.isOurs(seen) && !other.equals(module) && !below.contains(other)) {
                        refuse(events, dependency, dependency.getDescription());
                    }
                }
            }))
            .because(
                    "agent and mapper meet in the packets and nowhere else, and only cli sees everything: what a module"
                            + " cannot see, a change of it cannot break");

    static final ArchRule LIBRARIES = classes()
            .should(condition("know only the libraries of their module", (type, events) -> {
                for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                    JavaClass seen = dependency.getTargetClass().getBaseComponentType();
                    if (!seen.isPrimitive() && !mayUse(House.module(type), seen.getName())) {
                        refuse(events, dependency, dependency.getDescription());
                    }
                }
            }))
            .because("a library that one module knows can be replaced in an afternoon, and its defects stay there");

    static final ArchRule CYCLES = slices().assignedFrom(new Rooms())
            .should()
            .beFreeOfCycles()
            .because("rooms that need each other are one room with a wall in it");

    static final ArchRule LOOKING_UP = noClasses()
            .that(describe("are in a sub-package", (JavaClass type) -> isBelowARoot(type)))
            .and(not(in("core")))
            .should(dependOn(describe(
                    "a class of their root package",
                    dependency -> House.isOurs(dependency.getTargetClass())
                            && House.room(dependency.getTargetClass())
                                    .equals(House.module(dependency.getOriginClass())))))
            .because(
                    "a sub-package is vocabulary or an extension point; the engine at the root uses it, never the other"
                            + " way about");

    static final ArchRule CORE_ROOT = classes()
            .that(inRoom("core"))
            .should(onlyDependOn(resideInAnyPackage("java..", "org.jspecify..").or(inRoom("core"))))
            .because("everything rests on it, so it rests on nothing");

    // ---- packets

    static final ArchRule PACKETS_ARE_RECORDS = classes()
            .that()
            .implement(describe(
                    "Packet",
                    (JavaClass type) -> type.getSimpleName().equals("Packet")
                            && House.room(type).equals("core.packet")))
            .and()
            .areNotInterfaces()
            .should()
            .beRecords()
            .because("a packet is plain data that nobody can change on its way");

    static final ArchRule PACKETS_KNOW_NOTHING = classes()
            .that(inRoom("core.packet"))
            .should(onlyDependOn(resideInAnyPackage(
                            "java.lang..",
                            "java.util..",
                            "java.time..",
                            "java.nio.charset..",
                            "java.security",
                            "org.jspecify..")
                    .or(inRoom("core.packet"))
                    .or(inRoom("core"))))
            .because("what is said must not depend on how it is written or sent");

    // ---- errors

    static final ArchRule ERRORS = classes()
            .that()
            .areAssignableTo(Throwable.class)
            .and(not(named(
                    // Shows, as a suppressed one, where a call came from that failed on another thread.
                    "rabbitmq.RabbitTransport",
                    // A stream may throw nothing but an IOException; the serializers make theirs of it.
                    "core.serializer.Scratch")))
            .should(be(assignableTo(NaniteException.class)))
            .because("whoever wants to catch everything from here has one class to name");

    static final ArchRule ERROR_NAMES = classes()
            .that()
            .areAssignableTo(NaniteException.class)
            .and(describe("are not typed errors of core.transport", (JavaClass type) -> !House.room(type)
                    .equals("core.transport")))
            .should()
            .haveSimpleNameEndingWith("Exception")
            .because("an error is known by its name; those of the transport say what happened and need no suffix");

    // ---- how classes are made

    static final ArchRule ACCESSORS = methods()
            .that()
            .arePublic()
            .or()
            .areProtected()
            .should(condition("not be called getX or setX", (JavaMethod method, ConditionEvents events) -> {
                boolean named = method.getName().matches("(get|set)[A-Z].*");
                if (named && isApi(method.getOwner()) && !overridesForeign(method)) {
                    refuse(events, method, method.getDescription() + " is a getter or setter");
                }
            }))
            .because("accessors are called by what they give, and what is set is given to the constructor");

    static final ArchRule FIELDS = fields().should(
                    condition("be final, or private to their class", (JavaField field, ConditionEvents events) -> {
                        Set<JavaModifier> modifiers = field.getModifiers();
                        boolean guarded = modifiers.contains(JavaModifier.PRIVATE)
                                || field.getOwner().getModifiers().contains(JavaModifier.PRIVATE);
                        boolean filledByPicocli = House.module(field.getOwner()).equals("cli")
                                && field.getAnnotations().stream().anyMatch(annotation -> annotation
                                        .getRawType()
                                        .getPackageName()
                                        .startsWith("picocli"));
                        boolean last =
                                modifiers.contains(JavaModifier.FINAL) || modifiers.contains(JavaModifier.SYNTHETIC);
                        if (!last && !guarded && !filledByPicocli) {
                            refuse(events, field, field.getDescription() + " can be written from outside");
                        }
                    }))
            .because("one class owns what can change");

    static final ArchRule STATICS = fields().that()
            .areStatic()
            .should()
            .beFinal()
            .because("what a class shares with all its objects must not change: two agents may live in one process");

    static final ArchRule FINAL_FIRST = classes()
            .that()
            .areNotInterfaces()
            .and()
            .doNotHaveModifier(JavaModifier.ABSTRACT)
            .and()
            .areNotAnonymousClasses()
            .and()
            .areNotEnums()
            .should()
            .haveModifier(JavaModifier.FINAL)
            .because("a class that is not made for being extended says so");

    static final ArchRule ROLES = noClasses()
            .should()
            .haveNameMatching(".*(Impl|Manager|Utils?|Helpers?)(\\$.*)?")
            .orShould()
            .haveNameMatching(".*[.$](Abstract|Base|I)[A-Z][^.$]*")
            .because("a name says the role");

    static final ArchRule DOORS = classes()
            .that(describe(
                    "are in the root package of a module with an engine",
                    (JavaClass type) -> House.room(type).equals(House.module(type))
                            && !House.module(type).equals("core")))
            .and()
            .areTopLevelClasses()
            .and()
            .arePublic()
            .should(be(doors()))
            .because("the engine is package-private; a new door is a decision, taken here");

    static final ArchRule CONFIGURATION = classes()
            .that()
            .haveSimpleNameEndingWith("Config")
            .should()
            .beRecords()
            .because("settings are checked once, where they are made, and do not change");

    static final ArchRule NULLNESS = classes()
            .should(condition("live in a package that is @NullMarked", (type, events) -> {
                if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                    refuse(events, type, type.getName() + " is in a package without @NullMarked");
                }
            }))
            .because("the compiler checks nullness only where somebody asked it to");

    // ---- what the outside world is touched by

    static final ArchRule THREADS = noClasses()
            .that(not(named(
                    "core.loop.SingleThreadLoop",
                    "agent.Workers",
                    "mapper.CallbackThread",
                    "metrics.MetricsEndpoint",
                    "rabbitmq.Writer",
                    "rabbitmq.Wire",
                    "cli.Shutdown",
                    // Carries bytes, and reads what children print: a fault test is made of real threads.
                    "faultkit.FaultProxy",
                    "faultkit.Child",
                    "faultkit.rabbit.ChildProcess",
                    "faultkit.rabbit.NodeHome")))
            .should(access("make a thread", target -> {
                String owner = target.owner();
                String name = target.name();
                boolean made = name.equals("<init>")
                        && Set.of(
                                        "java.lang.Thread",
                                        "java.util.Timer",
                                        "java.util.concurrent.ForkJoinPool",
                                        "java.util.concurrent.ThreadPoolExecutor",
                                        "java.util.concurrent.ScheduledThreadPoolExecutor")
                                .contains(owner);
                boolean borrowed =
                        owner.equals("java.util.concurrent.CompletableFuture") && borrowsAThread(name, target);
                return made
                        || borrowed
                        || owner.equals("java.util.concurrent.Executors")
                        || owner.startsWith("java.lang.Thread$Builder")
                        || (owner.equals("java.lang.Thread") && name.equals("startVirtualThread"))
                        || name.equals("parallelStream");
            }))
            .because("docs/threads.md lists every thread, who makes it and what it may do");

    static final ArchRule TIME_OF_DAY = noClasses()
            .that(not(named("core.loop.TimeSource")))
            .should(access(
                    "ask for the time of day",
                    target -> (target.owner().equals("java.lang.System")
                                    && target.name().equals("currentTimeMillis"))
                            || (target.owner().startsWith("java.time.")
                                    && target.name().equals("now"))
                            || (target.owner().equals("java.time.Clock")
                                    && target.name().startsWith("system"))
                            || (target.owner().equals("java.util.Date")
                                    && target.name().equals("<init>")
                                    && target.parameters().isEmpty())))
            .because("a test moves the time of a TimeSource; it cannot move that of the machine");

    static final ArchRule NANO_TIME = noClasses()
            .that(not(named(
                    "core.loop.TimeSource",
                    // Times that several processes compare.
                    "faultkit.FaultProxy",
                    "faultkit.Link",
                    "faultkit.Ledger",
                    "faultkit.Child",
                    // Waits for what real threads do, with Object.wait: a moved time would not wake it.
                    "mapper.Arrivals",
                    // Lulls of microseconds between real threads, several times for each message.
                    "rabbitmq.Writer")))
            .should(access(
                    "read the machine's nanoseconds",
                    target -> target.owner().equals("java.lang.System")
                            && target.name().equals("nanoTime")))
            .because("liveness and time-outs are tested with a time that tests move");

    static final ArchRule SURROUNDINGS = noClasses()
            .that(not(in("cli", "faultkit")))
            .should(access(
                    "read flags, the environment or properties, or end the process",
                    target -> (target.owner().equals("java.lang.System")
                                    && Set.of(
                                                    "getenv",
                                                    "getProperty",
                                                    "getProperties",
                                                    "setProperty",
                                                    "exit",
                                                    "console")
                                            .contains(target.name()))
                            || (target.owner().equals("java.lang.Runtime")
                                    && Set.of("exit", "halt", "exec", "addShutdownHook")
                                            .contains(target.name()))))
            .because("a library takes what it is given; only commands have surroundings");

    static final ArchRule FILES = noClasses()
            .that(not(in("cli", "secure", "faultkit")))
            // Folders that their caller names: of actors, of queues.
            .and(not(named(
                    "agent.ActorFolder", "agent.ActorLoader", "embedded.DataFolder", "embedded.InitialConfiguration")))
            .should(dependOn(describe("files", dependency -> Set.of(
                            "java.nio.file.Files",
                            "java.io.FileInputStream",
                            "java.io.FileOutputStream",
                            "java.io.FileReader",
                            "java.io.FileWriter",
                            "java.io.RandomAccessFile")
                    .contains(dependency.getTargetClass().getName()))))
            .because("only cli reads and writes files, and what was made for a folder that is given to it");

    static final ArchRule PROCESSES = noClasses()
            .that(not(in("cli", "faultkit")))
            // Runs rabbitmqctl for "nanite rabbitconf".
            .and(not(named("rabbitmq.Provisioner")))
            .should(dependOn(describe(
                    "processes",
                    dependency -> dependency.getTargetClass().getName().equals("java.lang.ProcessBuilder"))))
            .because("a worker that starts programs is a surprise to whoever runs it");

    static final ArchRule SERIALIZATION = noClasses()
            .should(dependOn(describe("Java's serialization", dependency -> Set.of(
                            "java.io.ObjectInputStream",
                            "java.io.ObjectOutputStream",
                            "java.io.Externalizable",
                            "java.beans.XMLDecoder")
                    .contains(dependency.getTargetClass().getName()))))
            .because("bytes from the wire must never choose which classes are made of them");

    static final ArchRule ALOUD = noClasses()
            .that(not(in("cli")))
            .should(access(
                    "write to the terminal",
                    target -> (target.owner().equals("java.lang.System")
                                    && Set.of("out", "err").contains(target.name()))
                            || (target.name().equals("printStackTrace")
                                    && target.parameters().isEmpty())))
            .because("standard output belongs to the command that runs; everything else logs, or throws");

    private Rules() {}

    // ---- the words that the rules are made of

    private static boolean mayUse(String module, String seen) {
        if (House.EVERYWHERE.stream().anyMatch(seen::startsWith)) {
            return true;
        }
        return House.LIBRARIES.entrySet().stream()
                .anyMatch(library ->
                        seen.startsWith(library.getKey()) && library.getValue().contains(module));
    }

    private static boolean isBelowARoot(JavaClass type) {
        return !House.room(type).equals(House.module(type));
    }

    /** The front doors: what others may make, be given or catch. */
    private static DescribedPredicate<JavaClass> doors() {
        return named(
                "admin.BrokerDesk",
                "admin.BrokerReport",
                "admin.ControlTower",
                "admin.ControlTowerConfig",
                "admin.Role",
                "admin.StoredMessage",
                "admin.StoredMessages",
                "admin.TowerGuard",
                "admin.TowerStore",
                "admin.TowerUser",
                "agent.ActorFolder",
                "agent.Agent",
                "agent.AgentConfig",
                "agent.AgentModule",
                "agent.FatalErrors",
                "agent.LoadedActors",
                "agent.LogLevels",
                "agent.RunningJob",
                "agent.Tally",
                "agent.Unfinished",
                "mapper.AgentView",
                "mapper.Call",
                "mapper.CallEnd",
                "mapper.CallFailedException",
                "mapper.CallOptions",
                "mapper.CallRefusedException",
                "mapper.Departure",
                "mapper.Explanation",
                "mapper.HookFailedException",
                "mapper.Incident",
                "mapper.Instruction",
                "mapper.Job",
                "mapper.JobCancelledException",
                "mapper.Mapper",
                "mapper.MapperConfig",
                "mapper.MapperListener",
                "mapper.MapperTally",
                "mapper.NoAgentException",
                "mapper.Outcomes",
                "mapper.OverloadedException",
                "mapper.Progress",
                "mapper.Pushed",
                "mapper.RequestInterceptor",
                "mapper.UnknownAgentException",
                "mapper.UnknownSelectorException",
                "rabbitmq.BrokerCheckup",
                "rabbitmq.BrokerNode",
                "rabbitmq.Finding",
                "rabbitmq.Provisioner",
                "rabbitmq.ProvisioningException",
                "rabbitmq.QueueDesk",
                "rabbitmq.RabbitConfig",
                "rabbitmq.RabbitTransport",
                "secure.CachedCertificates",
                "secure.CertificateAuthority",
                "secure.CertificateException",
                "secure.CertificateFinding",
                "secure.CertificateFolder",
                "secure.CertificateStore",
                "secure.Credentials",
                "secure.DirectoryCertificates",
                "secure.IssuedCertificate",
                "secure.KeyForm",
                "secure.KeyKind",
                "secure.RefusalReason",
                "secure.RegistryCertificates",
                "secure.SecureConfig",
                "secure.SecureSerializer",
                "secure.SessionLimits",
                "secure.StaticCertificates",
                "embedded.BrokerStartException",
                "embedded.BrokerUser",
                "embedded.EmbeddedBroker",
                "embedded.EmbeddedBrokerConfig",
                "embedded.QueueLimit",
                "faultkit.Child",
                "faultkit.Fault",
                "faultkit.FaultProxy",
                "faultkit.Ledger",
                "faultkit.LedgerReport",
                "metrics.AgentMeters",
                "metrics.Figures",
                "metrics.MapperMeters",
                "metrics.MetricsEndpoint",
                "tracing.CallTracing",
                "tracing.JobTracing",
                "cli.Main");
    }

    private static boolean isApi(JavaClass owner) {
        return owner.getModifiers().contains(JavaModifier.PUBLIC)
                && owner.getEnclosingClass().map(Rules::isApi).orElse(true);
    }

    private static boolean overridesForeign(JavaMethod method) {
        JavaClass owner = method.getOwner();
        return Stream.concat(owner.getAllRawSuperclasses().stream(), owner.getAllRawInterfaces().stream())
                .filter(above -> !House.isOurs(above))
                .anyMatch(above -> above.getMethods().stream()
                        .anyMatch(each -> each.getName().equals(method.getName())));
    }

    private static boolean borrowsAThread(String name, Target target) {
        return name.endsWith("Async")
                && target.parameters().stream()
                        .noneMatch(parameter -> parameter.equals("java.util.concurrent.Executor"));
    }

    /** What is called or read: its owner, its name, the types of its parameters. */
    private record Target(String owner, String name, Collection<String> parameters) {

        static Target of(JavaAccess<?> access) {
            Collection<String> parameters = access.getTarget() instanceof CodeUnitAccessTarget called
                    ? called.getRawParameterTypes().stream()
                            .map(JavaClass::getName)
                            .toList()
                    : Set.of();
            return new Target(
                    access.getTargetOwner().getName(), access.getTarget().getName(), parameters);
        }
    }

    private static ArchCondition<JavaClass> access(String what, Predicate<Target> forbidden) {
        return new ArchCondition<>(what) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                for (JavaAccess<?> access : type.getAccessesFromSelf()) {
                    if (forbidden.test(Target.of(access))) {
                        events.add(SimpleConditionEvent.satisfied(access, access.getDescription()));
                    }
                }
            }
        };
    }

    private static ArchCondition<JavaClass> dependOn(DescribedPredicate<Dependency> forbidden) {
        return new ArchCondition<>("depend on " + forbidden.getDescription()) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                type.getDirectDependenciesFromSelf().stream()
                        .filter(forbidden)
                        .forEach(dependency ->
                                events.add(SimpleConditionEvent.satisfied(dependency, dependency.getDescription())));
            }
        };
    }

    private static ArchCondition<JavaClass> onlyDependOn(DescribedPredicate<? super JavaClass> allowed) {
        return condition("depend only on " + allowed.getDescription(), (type, events) -> {
            for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
                JavaClass seen = dependency.getTargetClass().getBaseComponentType();
                if (!seen.isPrimitive() && !allowed.test(seen)) {
                    refuse(events, dependency, dependency.getDescription());
                }
            }
        });
    }

    private static <T> ArchCondition<T> condition(String what, BiConsumer<T, ConditionEvents> check) {
        return new ArchCondition<>(what) {
            @Override
            public void check(T item, ConditionEvents events) {
                check.accept(item, events);
            }
        };
    }

    private static void refuse(ConditionEvents events, Object what, String why) {
        events.add(SimpleConditionEvent.violated(what, why));
    }

    /** Each package is a slice. */
    private static final class Rooms implements SliceAssignment {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            return House.isOurs(type) ? SliceIdentifier.of(House.room(type)) : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "rooms";
        }
    }
}
