package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Inject;
import com.google.inject.Module;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.ConfigException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActorFolderTest {

    @Actor
    public static final class ImageTools {

        private final String said;

        @Inject
        public ImageTools(String said) {
            this.said = said;
        }

        @Expose
        public String rotate() {
            return said;
        }
    }

    @Actor("deep/nested")
    public static final class Deep {
        @Expose
        public void hi() {}
    }

    /** Speaks of the annotation without carrying it. */
    public static final class Reader {
        public boolean isActor(Class<?> type) {
            return type.isAnnotationPresent(Actor.class);
        }
    }

    public static final class Init extends AgentModule {
        @Override
        protected void configure() {
            bind(String.class).toInstance("bound by the jar");
        }
    }

    @TempDir
    @SuppressWarnings("NullAway.Init")
    Path root;

    private void jar(String name, @Nullable String module, Class<?>... classes) throws IOException {
        Path folder = Files.createDirectories(root.resolve("actors"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            for (Class<?> type : classes) {
                String path = type.getName().replace('.', '/') + ".class";
                jar.putNextEntry(new ZipEntry(path));
                try (InputStream in = ActorFolderTest.class.getClassLoader().getResourceAsStream(path)) {
                    assertThat(in).isNotNull();
                    if (in != null) {
                        in.transferTo(jar);
                    }
                }
            }
            if (module != null) {
                jar.putNextEntry(new ZipEntry("META-INF/services/" + Module.class.getName()));
                jar.write(module.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private LoadedActors load() {
        return ActorFolder.of(root).load();
    }

    private LoadedActors load(Set<String> only) {
        return ActorFolder.of(root).withOnly(only).load();
    }

    private static List<String> names(LoadedActors jars) {
        return jars.actors().stream().map(Class::getSimpleName).toList();
    }

    @Test
    void everyAnnotatedClassOfEveryJarIsAnActorAndNothingElse() throws IOException {
        jar("a.jar", null, ImageTools.class, Reader.class);
        jar("b.jar", null, Deep.class, Init.class);
        try (LoadedActors jars = load()) {
            assertThat(names(jars)).containsExactly("ImageTools", "Deep");
            assertThat(jars.modules()).isEmpty();
        }
    }

    @Test
    void anActorIsChosenByItsPrefixItsClassOrItsClassInFull() throws IOException {
        jar("a.jar", null, ImageTools.class, Deep.class);
        for (String name : List.of("image_tools", "ImageTools", ImageTools.class.getName())) {
            try (LoadedActors jars = load(Set.of(name))) {
                assertThat(names(jars)).containsExactly("ImageTools");
            }
        }
        try (LoadedActors jars = load(Set.of("deep/nested", "ImageTools"))) {
            assertThat(names(jars)).containsExactlyInAnyOrder("ImageTools", "Deep");
        }
    }

    @Test
    void anUnknownActorIsNamedWithTheNearestKnownOne() throws IOException {
        jar("a.jar", null, ImageTools.class, Deep.class);
        assertThatThrownBy(() -> load(Set.of("imagetols")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("imagetols")
                .hasMessageContaining("[deep/nested, image_tools]")
                .hasMessageContaining("did you mean ImageTools?");
    }

    @Test
    void aModuleThatTheJarNamesIsInstalledWithItsActors() throws IOException {
        // Classes of the test are also above the jar's loader, which asks there first: so the module of the jar is one
        // too.
        jar("a.jar", Init.class.getName(), Init.class, ImageTools.class);
        try (LoadedActors jars = load();
                TestAgent test = TestAgent.started(TestAgent.config(), jars.asModule())) {
            assertThat(jars.modules()).hasSize(1);
            assertThat(test.call("/image_tools/rotate", null)).isEqualTo("bound by the jar");
        }
    }

    @Test
    void aModuleThatIsMissingIsNamed() throws IOException {
        jar("a.jar", "com.example.Missing", ImageTools.class);
        assertThatThrownBy(() -> load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("com.example.Missing");
    }

    @Test
    void aMissingFolderIsNamed() {
        assertThatThrownBy(() -> ActorFolder.of(root.resolve("nowhere")).load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("nowhere is not a folder");
        assertThatThrownBy(() -> load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(root.resolve("actors") + " is not a folder");
    }

    @Test
    void aFolderWithoutAJarIsNamed() throws IOException {
        Files.createDirectories(root.resolve("actors"));
        assertThatThrownBy(() -> load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has no jar and no source");
    }

    @Test
    void aJarThatIsNoneIsNamed() throws IOException {
        Path folder = Files.createDirectories(root.resolve("actors"));
        Files.writeString(folder.resolve("broken.jar"), "not a jar");
        assertThatThrownBy(() -> load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("broken.jar")
                .hasMessageContaining("a readable jar");
    }

    @Test
    void aBrokenClassIsNamedWithItsJar() throws IOException {
        Path folder = Files.createDirectories(root.resolve("actors"));
        try (JarOutputStream jar = new JarOutputStream(Files.newOutputStream(folder.resolve("odd.jar")))) {
            jar.putNextEntry(new ZipEntry("com/example/Odd.class"));
            jar.write("Lio/nanite/agent/actor/Actor;".getBytes(StandardCharsets.UTF_8));
        }
        assertThatThrownBy(() -> load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("odd.jar")
                .hasMessageContaining("ClassFormatError");
    }

    // ---- sources

    private void source(String name, String text) throws IOException {
        Files.writeString(Files.createDirectories(root.resolve("actors")).resolve(name), text);
    }

    /** What the sources of a test may use: all that the test may. */
    private ActorFolder folder() {
        return ActorFolder.of(root)
                .withClassPath(Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .toList());
    }

    private static final String GREETER = """
            import io.nanite.agent.actor.Actor;
            import io.nanite.agent.actor.Expose;

            @Actor
            class Greeter {
                record Person(String name) {}
                @Expose
                Object hello(Person person) {
                    return Words.greeting() + " " + person.name();
                }
            }
            """;

    private static final String WORDS = "class Words { static String greeting() { return \"hello\"; } }";

    @Test
    void sourcesAreCompiledAndMayUseEachOther() throws IOException {
        source("Greeter.java", GREETER);
        source("Words.java", WORDS);
        try (LoadedActors loaded = folder().load();
                TestAgent test = TestAgent.started(TestAgent.config(), loaded.asModule())) {
            assertThat(names(loaded)).containsExactly("Greeter");
            assertThat(test.call("/greeter/hello", Map.of("name", "ann"))).isEqualTo("hello ann");
        }
    }

    @Test
    void aSourceMayUseTheJarsAndInit() throws IOException {
        jar("a.jar", null, Deep.class);
        Files.writeString(root.resolve("init.java"), """
                import io.nanite.agent.AgentModule;

                class Init extends AgentModule {
                    @Override
                    protected void configure() {
                        bind(Config.class).toInstance(new Config("from init"));
                    }

                    public record Config(String said) {}
                }
                """);
        source("Speaker.java", """
                import io.nanite.agent.actor.*;
                import jakarta.inject.Inject;

                @Actor
                class Speaker {
                    private final Init.Config config;
                    @Inject
                    Speaker(Init.Config config) {
                        this.config = config;
                    }
                    @Expose
                    String say() {
                        return config.said();
                    }
                }
                """);
        try (LoadedActors init = folder().loadInit();
                LoadedActors loaded = folder().load(init);
                TestAgent test =
                        TestAgent.created(TestAgent.config(), init.modules().toArray(Module[]::new))) {
            assertThat(names(loaded)).containsExactly("Deep", "Speaker");
            test.agent.host(loaded);
            test.agent.start();
            assertThat(test.call("/speaker/say", null)).isEqualTo("from init");
        }
    }

    @Test
    void whatDoesNotCompileIsShownAsTheCompilerShowsIt() throws IOException {
        source("Words.java", "class Words { static String greeting() { return 1; } }");
        assertThatThrownBy(() -> folder().load())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(root.resolve("actors/Words.java") + ": not compiled (expected: Java ")
                .hasMessageContaining("Words.java:1: error: incompatible types: int cannot be converted to String")
                .hasMessageContaining("class Words { static String greeting() { return 1; } }\n")
                .hasMessageContaining("                                               ^\n1 error");
    }

    @Test
    void aSourceWithoutAnActorIsNamed() throws IOException {
        source("Words.java", WORDS);
        assertThatThrownBy(() -> folder().load())
                .isInstanceOf(ConfigException.class)
                .hasMessage("actors: %s (expected: a class that carries @Actor in a jar or a source there)"
                        .formatted(root.resolve("actors")));
    }

    @Test
    void anActorThatIsThereTwiceIsNamed() throws IOException {
        jar("a.jar", null, Deep.class);
        jar("b.jar", null, Deep.class);
        assertThatThrownBy(() -> folder().load())
                .isInstanceOf(ConfigException.class)
                .hasMessage("actor %s: in a.jar and in b.jar (expected: one of them)".formatted(Deep.class.getName()));
    }

    @Test
    void oneOfTheSourcesMayBeChosen() throws IOException {
        source("Greeter.java", GREETER);
        source("Words.java", WORDS);
        source("Other.java", GREETER.replace("Greeter", "Other"));
        try (LoadedActors loaded = folder().withOnly(Set.of("other")).load()) {
            assertThat(names(loaded)).containsExactly("Other");
        }
    }

    @Test
    void initWithoutAModuleIsNamedAndSoAreTwo() throws IOException {
        Files.writeString(root.resolve("init.java"), WORDS);
        assertThatThrownBy(() -> folder().loadInit())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("init.java: no Guice module");
        Files.writeString(root.resolve("init.jar"), "anything");
        assertThatThrownBy(() -> folder().loadInit())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("init.jar (expected: one of them)");
    }

    @Test
    void aModuleThatCannotBeMadeIsNamedWithItsReason() throws IOException {
        Files.writeString(root.resolve("init.java"), """
                class Init extends io.nanite.agent.AgentModule {
                    Init() {
                        throw new IllegalStateException("no licence");
                    }
                }
                """);
        assertThatThrownBy(() -> folder().loadInit())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("Init: java.lang.IllegalStateException: no licence");
    }

    @Test
    void aJarThatIsCopiedMayBeOverwrittenAndItsCopyGoesWithIt() throws Exception {
        jar("a.jar", null, Deep.class, ImageTools.class);
        LoadedActors loaded = folder().withCopying(true).load();
        Path copy = loaded.source().jars().get(0);
        assertThat(copy).exists().isNotEqualTo(root.resolve("actors/a.jar"));
        Files.writeString(root.resolve("actors/a.jar"), "overwritten");
        try (InputStream in = loaded.source()
                .findResource(Deep.class.getName().replace('.', '/') + ".class")
                .openStream()) {
            assertThat(in.readAllBytes()).isNotEmpty();
        }
        loaded.close();
        assertThat(copy.getParent()).doesNotExist();
    }

    @Test
    void whatIsHiddenOrNoFileOrSomethingElseIsNotLookedAt() throws IOException {
        source("Greeter.java", GREETER);
        source("Words.java", WORDS);
        source(".#Words.java", "of an editor");
        source("Words.java~", "of an editor");
        Files.createDirectories(root.resolve("actors/Folder.java"));
        try (LoadedActors loaded = folder().load()) {
            assertThat(names(loaded)).containsExactly("Greeter");
        }
        assertThat(folder().files())
                .extracting(file -> file.getFileName().toString())
                .containsExactly("Greeter.java", "Words.java");
    }
}
