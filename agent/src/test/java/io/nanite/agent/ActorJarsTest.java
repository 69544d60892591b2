package io.nanite.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.inject.Inject;
import com.google.inject.Module;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.ConfigException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.zip.ZipEntry;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ActorJarsTest {

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
                try (InputStream in = ActorJarsTest.class.getClassLoader().getResourceAsStream(path)) {
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

    private static List<String> names(ActorJars jars) {
        return jars.actors().stream().map(Class::getSimpleName).toList();
    }

    @Test
    void everyAnnotatedClassOfEveryJarIsAnActorAndNothingElse() throws IOException {
        jar("a.jar", null, ImageTools.class, Reader.class);
        jar("b.jar", null, Deep.class, Init.class);
        try (ActorJars jars = ActorJars.load(root, Set.of())) {
            assertThat(names(jars)).containsExactly("ImageTools", "Deep");
            assertThat(jars.modules()).isEmpty();
        }
    }

    @Test
    void anActorIsChosenByItsPrefixItsClassOrItsClassInFull() throws IOException {
        jar("a.jar", null, ImageTools.class, Deep.class);
        for (String name : List.of("image_tools", "ImageTools", ImageTools.class.getName())) {
            try (ActorJars jars = ActorJars.load(root, Set.of(name))) {
                assertThat(names(jars)).containsExactly("ImageTools");
            }
        }
        try (ActorJars jars = ActorJars.load(root, Set.of("deep/nested", "ImageTools"))) {
            assertThat(names(jars)).containsExactlyInAnyOrder("ImageTools", "Deep");
        }
    }

    @Test
    void anUnknownActorIsNamedWithTheNearestKnownOne() throws IOException {
        jar("a.jar", null, ImageTools.class, Deep.class);
        assertThatThrownBy(() -> ActorJars.load(root, Set.of("imagetols")))
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
        try (ActorJars jars = ActorJars.load(root, Set.of());
                TestAgent test = TestAgent.started(TestAgent.config(), jars.asModule())) {
            assertThat(jars.modules()).hasSize(1);
            assertThat(test.call("/image_tools/rotate", null)).isEqualTo("bound by the jar");
        }
    }

    @Test
    void aModuleThatIsMissingIsNamed() throws IOException {
        jar("a.jar", "com.example.Missing", ImageTools.class);
        assertThatThrownBy(() -> ActorJars.load(root, Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("com.example.Missing");
    }

    @Test
    void aMissingFolderIsNamed() {
        assertThatThrownBy(() -> ActorJars.load(root.resolve("nowhere"), Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("nowhere is not a folder");
        assertThatThrownBy(() -> ActorJars.load(root, Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(root.resolve("actors") + " is not a folder");
    }

    @Test
    void aFolderWithoutAJarIsNamed() throws IOException {
        Files.createDirectories(root.resolve("actors"));
        assertThatThrownBy(() -> ActorJars.load(root, Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("has no jar");
    }

    @Test
    void aJarThatIsNoneIsNamed() throws IOException {
        Path folder = Files.createDirectories(root.resolve("actors"));
        Files.writeString(folder.resolve("broken.jar"), "not a jar");
        assertThatThrownBy(() -> ActorJars.load(root, Set.of()))
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
        assertThatThrownBy(() -> ActorJars.load(root, Set.of()))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("odd.jar")
                .hasMessageContaining("ClassFormatError");
    }
}
