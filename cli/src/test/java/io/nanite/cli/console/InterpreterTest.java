package io.nanite.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** With commands of its own: an interpreter knows none. */
class InterpreterTest {

    private final List<String> done = new ArrayList<>();
    private final StringWriter err = new StringWriter();
    private final Interpreter interpreter = new Interpreter(this::commands);

    private CommandLine commands() {
        CommandLine commands = new CommandLine(new Top(this));
        commands.setErr(new PrintWriter(err, true));
        return commands;
    }

    @Command(
            name = "top",
            subcommands = {Say.class, Java.class, Stop.class})
    record Top(InterpreterTest test) {}

    @Command(name = "say", description = "Says it. Not loudly.")
    static final class Say implements Callable<Integer> {

        @ParentCommand
        Top top = new Top(new InterpreterTest());

        @Parameters(index = "0", paramLabel = "WHAT")
        String what = "";

        @Option(names = "--code", description = "to end with")
        int code;

        @Option(names = "--to", paramLabel = "WHOM", description = "whom to say it to")
        String to = "all";

        @Override
        public Integer call() {
            top.test().done.add("%s to %s".formatted(what, to));
            return code;
        }
    }

    @Command(name = "java")
    static final class Java implements Callable<Integer>, WholeLine {

        @ParentCommand
        Top top = new Top(new InterpreterTest());

        @Parameters(index = "0", arity = "0..1")
        String source = "";

        @Override
        public Integer call() {
            top.test().done.add(source);
            return 0;
        }
    }

    @Command(name = "stop")
    static final class Stop implements Callable<Integer> {

        @ParentCommand
        Top top = new Top(new InterpreterTest());

        @Override
        public Integer call() {
            top.test().interpreter.end();
            return 0;
        }
    }

    private int all(String lines) throws IOException {
        return interpreter.executeAll(new BufferedReader(new StringReader(lines)));
    }

    @Test
    void linesAreDoneOneBehindTheOther() throws IOException {
        assertThat(all("say hello\n\n# nothing\nsay 'good night' --to fred\nsay('bye')\n"))
                .isZero();
        assertThat(done).containsExactly("hello to all", "good night to fred", "bye to all");
    }

    @Test
    void theLastFailureIsRemembered() throws IOException {
        assertThat(all("say a --code 3\nsay b --code 4\nsay c\n")).isEqualTo(4);
        assertThat(interpreter.failure()).isEqualTo(4);
        assertThat(done).hasSize(3);
    }

    @Test
    void aCommandThatGoesOnInTheNextLineIsOne() throws IOException {
        all("say {\"a\":\n1}\nsay('b',\n :to => 'bob')\n");
        assertThat(done).containsExactly("{\"a\":\n1} to all", "b to bob");
    }

    @Test
    void aCommandThatNeverEndsIsAFailure() throws IOException {
        assertThat(all("say 'a\n")).isEqualTo(2);
        assertThat(err.toString()).contains("line: ends within ' (expected: the end of what it opens)");
        assertThat(done).isEmpty();
    }

    @Test
    void aCommandMayTakeItsLineAsItIs() throws IOException {
        all("java \"a\" + 'b'  + -1\njava -1 + 2\njava f(\n1)\njava\n");
        assertThat(done).containsExactly("\"a\" + 'b'  + -1", "-1 + 2", "f(\n1)", "");
    }

    @Test
    void nothingIsDoneBehindTheEnd() throws IOException {
        all("say a\nstop\nsay b\n");
        assertThat(done).containsExactly("a to all");
        assertThat(interpreter.ended()).isTrue();
    }

    private List<String> completed(String... before) {
        Completion completion = new Completion(
                interpreter, Map.of("WHOM", () -> List.of(Choice.of("fred"), new Choice("bob", "\u001b[2J"))));
        List<String> words = List.of(before);
        return completion.of(words.subList(0, words.size() - 1), words.get(words.size() - 1)).stream()
                .map(choice -> choice.value() + (choice.about().isEmpty() ? "" : ": " + choice.about()))
                .toList();
    }

    @Test
    void commandsFlagsAndWhatLabelsStandForAreCompleted() {
        assertThat(completed("")).containsExactlyInAnyOrder("say: Says it.", "java", "stop");
        assertThat(completed("say", "hello", "--"))
                .containsExactlyInAnyOrder("--code: to end with", "--to: whom to say it to");
        assertThat(completed("say", "--to", "")).containsExactly("fred", "bob: \\u001b[2J");
        assertThat(completed("say", "")).isEmpty();
        assertThat(completed("nothing", "")).isEmpty();
    }
}
