package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.ConfigException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Vitals;
import io.nanite.core.security.Decision;
import io.nanite.core.security.Policy;
import io.nanite.core.security.Policy.Act;
import io.nanite.testkit.ManualLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a policy file may say, what is said of one that is wrong, and when it is read again. */
class PolicyFileTest {

    private static final String ALLOW_ALL = "default: allow\nrules: []\n";
    private static final String DENY_ALL = "default: deny\nrules: []\n";

    @TempDir
    Path folder;

    private Path file = Path.of("");

    @BeforeEach
    void name() {
        file = folder.resolve("policy.yml");
    }

    private Policy policy(String text) throws IOException {
        Files.writeString(file, text);
        return PolicyFile.read(file);
    }

    @Test
    void thePolicyOfTheDocumentsMeansWhatTheySay() throws IOException {
        String document = Files.readString(Path.of("..", "docs", "security.md"));
        Matcher fence = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL).matcher(document);
        assertThat(fence.find()).isTrue();

        Policy policy = policy(fence.group(1));

        assertThat(policy.decide(Identity.agent("billing-1"), Act.OFFER, new Service("/billing/pay")))
                .isEqualTo(Decision.allowed());
        assertThat(policy.decide(Identity.agent("evil"), Act.OFFER, new Service("/billing/pay")))
                .isEqualTo(Decision.denied(
                        "nanite-evil may not offer /billing/pay: refused by the rule \"only billing is billing\"",
                        "only billing is billing"));
        assertThat(policy.decide(Identity.agent("evil"), Act.OFFER, new Service("/other/thing")))
                .isEqualTo(Decision.allowed());
        assertThat(policy.decide(Identity.mapper("web1"), Act.CALL, new Service("/billing/pay")))
                .isEqualTo(Decision.allowed());
        assertThat(policy.decide(Identity.mapper("web1"), Act.CALL, new Service("/billing/refund")))
                .isInstanceOf(Decision.Denied.class);
        assertThat(policy.decide(Identity.mapper("office"), Act.CALL, new Service("/billing/refund")))
                .isEqualTo(Decision.allowed());
    }

    @Test
    void withoutADefaultNothingIsAllowed() throws IOException {
        assertThat(policy("rules: []").allowsByDefault()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = true,
            value = {
                "''                                    | FILE: no policy (expected: default: and rules:)",
                "default: allow                        | FILE: no rules (expected: rules: and a list of them, which may be empty: [])",
                "default: perhaps                      | FILE: line 1: default: perhaps (expected: allow or deny)",
                "default: [a]                          | FILE: line 1: default: a structure (expected: a text, or a list of them)",
                "rule: []                              | FILE: line 1: key: rule (expected: default or rules)",
                "rules: all                            | FILE: line 1: rules: all (expected: a list of rules)",
                "rules: [a]                            | FILE: line 1: rules: a (expected: rules with name:, allow: or deny:, who:, services:)",
                "rules:~- allow: call                  | FILE: line 2: rule: no name (expected: a name, and allow: or deny:)",
                "rules:~- name: x                      | FILE: line 2: rule: x (expected: a name, and allow: or deny:)",
                "rules:~- name: x~  allow: fly         | FILE: line 3: allow: fly (expected: offer, call, or a list of both)",
                "rules:~- name: x~  allow: call~  deny: call | FILE: line 4: deny: beside the other (expected: one of allow and deny)",
                "rules:~- name: x~  name: y            | FILE: line 3: name: twice (expected: once)",
                "rules:~- name: x~  allow: call~  who: [] | FILE: line 4: who: an empty list (expected: at least one, or leave it out)",
                "rules:~- name: x~  allow: call~  who: a.b | FILE: line 4: who: a.b (expected: an identity such as nanite-billing-*)",
                "rules:~- name: x~  allow: call~  who: *all | FILE: line 4: who: *all without quotes (expected: a text, or a list of them)",
                "rules:~- name: x~  allow: call~  who: * | FILE: line 4 (expected: YAML; what begins with * stands in quotes)",
                "rules:~- name: x~  allow: call~  services: billing | FILE: line 4: services: billing (expected: a path such as /billing/*)",
                "rules:~- name: x~  allow: call~  services: {a: b} | FILE: line 4: services: a structure (expected: a text, or a list of them)",
                "rules:~- name: x~  allow: call~  when: never | FILE: line 4: key: when (expected: name, allow, deny, who or services)",
                "rules:~- name: x~  allow: call~- name: x~  allow: call | FILE: line 5: name: x (expected: each name once)",
                "rules: []~---~rules: []               | FILE: several documents (expected: one)"
            })
    void whatIsWrongIsSaidWithItsLine(String text, String complaint) {
        assertThatThrownBy(() -> policy(text.replace('~', '\n')))
                .isInstanceOf(ConfigException.class)
                .hasMessage(complaint.replace("FILE", file.toString()));
    }

    @Test
    void aCommandWithAWrongPolicyEndsBeforeItBegins() throws IOException {
        Files.writeString(file, "default: perhaps");
        Path none = folder.resolve("none.yml");
        Path actors = Files.createDirectory(folder.resolve("actors"));

        Cli.Ended wrong = Cli.plain().run("mapper", "--policy", file.toString(), "agents");
        Cli.Ended agent = Cli.plain().run("agent", "--actors-dir", actors.toString(), "--policy", none.toString());

        assertThat(wrong.err().strip())
                .isEqualTo("%s: line 1: default: perhaps (expected: allow or deny)".formatted(file));
        assertThat(wrong.code()).isEqualTo(2);
        assertThat(agent.err().strip()).isEqualTo("--policy: %s (expected: a file that can be read)".formatted(none));
        assertThat(agent.code()).isEqualTo(2);
    }

    // ---- read again

    private static boolean allows(PolicyWatch watch) {
        return watch.authorize(new Register(
                        Identity.agent("a"), Set.of(new Service("/a/b")), Set.of(), Status.of(0), Vitals.UNKNOWN))
                .equals(Decision.allowed());
    }

    private static void looks(ManualLoop loop, int times) {
        for (int i = 0; i < times; i++) {
            loop.advance(Duration.ofSeconds(1));
            loop.run();
        }
    }

    @Test
    void aFileThatHasChangedIsReadOnceItRests() throws IOException {
        Files.writeString(file, DENY_ALL);
        ManualLoop loop = new ManualLoop();
        AtomicInteger changes = new AtomicInteger();
        PolicyWatch watch = new PolicyWatch(file);
        watch.watch(loop, changes::incrementAndGet);

        looks(loop, 3);
        assertThat(allows(watch)).isFalse();
        Files.writeString(file, ALLOW_ALL);
        looks(loop, 1);
        assertThat(allows(watch)).isFalse();
        looks(loop, 3);

        assertThat(allows(watch)).isTrue();
        assertThat(changes).hasValue(1);
        assertThat(loop.failures()).isEmpty();
    }

    @Test
    void aNewFileThatIsWrongOrGoneChangesNothing() throws IOException {
        Files.writeString(file, ALLOW_ALL);
        ManualLoop loop = new ManualLoop();
        AtomicInteger changes = new AtomicInteger();
        PolicyWatch watch = new PolicyWatch(file);
        watch.watch(loop, changes::incrementAndGet);

        Files.writeString(file, "default: deny\nrules: nonsense\n");
        looks(loop, 3);
        assertThat(allows(watch)).isTrue();
        Files.delete(file);
        looks(loop, 3);
        assertThat(allows(watch)).isTrue();
        assertThat(changes).hasValue(0);
        Files.writeString(file, DENY_ALL);
        looks(loop, 3);

        assertThat(allows(watch)).isFalse();
        assertThat(changes).hasValue(1);
        assertThat(loop.failures()).isEmpty();
    }
}
