package io.nanite.dist;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.dist.Running.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The console as somebody has it who sits at a terminal, or pipes a file into it. */
class ConsoleIT {

    private static final Pattern READY = Pattern.compile("broker on 127\\.0\\.0\\.1:(\\d+), vhost /nanite");
    private static final String PROMPT = ">>";

    private static final Shell FABRIC = Shell.open();
    private static String port = "";

    @TempDir
    Path temporary;

    private final Shell shell = Shell.open();
    private final List<Tmux> terminals = new ArrayList<>();

    @BeforeAll
    static void startFabric() throws InterruptedException {
        Shell.warmUp();
        Matcher ready =
                READY.matcher(FABRIC.start("nanite", "broker", "-P", "0").awaitLine("broker on "));
        assertThat(ready.find()).isTrue();
        port = ready.group(1);
        for (String name : List.of("fred", "bob")) {
            FABRIC.start("nanite-agent", "-P", port, "--token", name, "--ping-time", "1s", "--tag", "of-" + name)
                    .awaitLine("nanite-" + name + " started");
        }
    }

    @AfterAll
    static void endFabric() throws InterruptedException {
        FABRIC.close();
    }

    @BeforeEach
    void tmuxIsThere() {
        Tmux.assumeInstalled();
    }

    @AfterEach
    void endAll() throws InterruptedException {
        terminals.forEach(Tmux::close);
        shell.close();
    }

    private Tmux terminal(String... command) {
        List<String> all = new ArrayList<>(Arrays.asList(command));
        all.set(0, Shell.installation().resolve("bin").resolve(command[0]).toString());
        Path socket = temporary.resolve("tmux" + terminals.size());
        Tmux tmux = Tmux.start(socket, Shell.installation().resolve("examples/simpleagent"), 100, 30, all);
        terminals.add(tmux);
        return tmux;
    }

    private Tmux console(String... more) {
        List<String> command = new ArrayList<>(List.of(
                "nanite-mapper", "-i", "-P", port, "--history", history().toString()));
        command.addAll(Arrays.asList(more));
        Tmux tmux = terminal(command.toArray(String[]::new));
        tmux.awaitLast(PROMPT);
        return tmux;
    }

    private Path history() {
        return temporary.resolve("history");
    }

    @Test
    void oneAsksAndReadsTheAnswer() {
        Tmux console = console();
        console.enter("request /simple/echo \"hello you\" --target fred");
        console.awaitText("{\"fred\":\"hello you\"}");
        console.enter("request('/simple/echo', 'hi', :target => 'bob') {|res| p res }");
        console.awaitText("{\"bob\":\"hi\"}");
        console.press("C-d").awaitEnd(0);
    }

    @Test
    void theTabKeyCompletesWhatLivesInTheFabric() {
        Tmux console = console();
        console.enter("agents").awaitText("bob ");
        console.type("req").press("Tab");
        console.awaitLast(PROMPT + " request");
        console.type("/simple/ec").press("Tab");
        console.awaitLast(PROMPT + " request /simple/echo");
        console.type("x --target fr").press("Tab");
        console.awaitLast(PROMPT + " request /simple/echo x --target fred");
        console.type("--tag of-f").press("Tab");
        console.awaitLast(PROMPT + " request /simple/echo x --target fred --tag of-fred");
        console.type("--sel").press("Tab").type("le").press("Tab");
        console.awaitLast(PROMPT + " request /simple/echo x --target fred --tag of-fred --selector least_loaded");
    }

    @Test
    void anAnswerDisturbsNobodyWhoTypes() {
        Tmux console = console();
        console.enter("agents").awaitText("bob ");
        console.enter("request /simple/nap 2000 --target fred");
        console.awaitText("fred: begun: 2000");
        console.type("request /simple/echo fir").awaitLast(PROMPT + " request /simple/echo fir");
        console.await(
                "the answer, and below it what was typed",
                screen -> screen.stream().anyMatch(line -> line.contains("{\"fred\":\"rested\"}"))
                        && screen.get(screen.size() - 1).equals(PROMPT + " request /simple/echo fir"));
        console.enter("st --target bob").awaitText("{\"bob\":\"first\"}");
    }

    @Test
    void whatWasTypedIsThereAfterARestartAndForNobodyElse() throws IOException {
        Tmux first = console();
        first.enter("services").awaitText("/simple/whoami");
        first.enter(" request /secret x").awaitText("/secret");
        first.enter("exit").awaitEnd(0);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(history())))
                .isEqualTo("rw-------");
        assertThat(Files.readString(history())).contains("services").doesNotContain("secret");
        Tmux second = console();
        second.press("Up").awaitLast(PROMPT + " exit");
        second.press("Up").awaitLast(PROMPT + " services");
        second.press("Enter").awaitText("/simple/whoami");
    }

    @Test
    void controlCTakesBackALineOrEndsWhatRuns() {
        Tmux console = console();
        console.type("request /simple/ec").awaitLast(PROMPT + " request /simple/ec");
        console.press("C-c");
        console.awaitLast(PROMPT);
        console.enter("agents").awaitText("bob ");
        console.enter("watch /simple/echo").awaitText("fred came");
        console.press("C-c");
        console.awaitLast(PROMPT);
        console.enter("request /simple/echo still --target fred").awaitText("{\"fred\":\"still\"}");
    }

    @Test
    void aLineGoesOnWhileSomethingIsOpen() {
        Tmux console = console();
        console.enter("request /simple/echo {\"w\":").awaitLast("..");
        console.enter("3} --target fred").awaitText("{\"fred\":{\"w\":3}}");
    }

    @Test
    void aTerminalThatBecomesNarrowKeepsItsLine() {
        Tmux console = console();
        console.type("request /simple/echo abcdefghijklmnopqrstuvwxyz0123456789 --target fred");
        console.awaitLast(PROMPT + " request /simple/echo abcdefghijklmnopqrstuvwxyz0123456789 --target fred");
        console.resize(40, 20);
        console.await("a line in three", screen -> String.join("", screen).endsWith("--target fred"));
        console.press("Enter").awaitText("{\"fred\":\"abcdefghijklmnopqrst");
    }

    @Test
    void whatNobodyKnowsIsOneLineWithTheNearest() {
        Tmux console = console();
        console.enter("requst /simple/echo").awaitText("unknown command: requst (expected: such as request)");
        console.awaitLast(PROMPT);
    }

    @Test
    void anAgentHasAConsoleToo() {
        Tmux console = terminal(
                "nanite-agent",
                "-i",
                "-P",
                port,
                "--token",
                "carl",
                "--ping-time",
                "1s",
                "--history",
                history().toString());
        console.awaitText("Starting agent console");
        console.awaitLast(PROMPT);
        console.enter("request /simple/echo hi --target carl").awaitText("{\"carl\":\"hi\"}");
        console.enter("agent").awaitText("agent        carl");
        console.press("C-d").awaitEnd(0);
    }

    @Test
    void topShowsTheFabricUntilItIsToldToEnd() {
        Tmux top = terminal("nanite", "top", "-P", port);
        top.await(
                "both agents",
                screen -> screen.size() > 4
                        && screen.get(0).startsWith("nanite top: 2 agents, 7 services, 0 of 128 slots busy")
                        && screen.get(3).startsWith("bob    alive")
                        && screen.get(4).startsWith("fred   alive")
                        && screen.get(4).contains(" ms "));
        top.press("r")
                .await(
                        "the other way round",
                        screen -> screen.size() > 3 && screen.get(3).startsWith("fred "));
        top.type("/of-bo")
                .await(
                        "one agent",
                        screen -> screen.size() == 4
                                && screen.get(1).equals("filter: of-bo_")
                                && screen.get(3).startsWith("bob "));
        top.press("Enter").press("s").awaitText("/simple/echo         1           64  bob");
        top.resize(30, 4);
        top.await(
                "four short lines",
                screen -> screen.size() == 4 && screen.get(0).equals("nanite top: 2 agents, 7 servic"));
        top.press("q").awaitEnd(0);
    }

    @Test
    void topInAPipeIsATableOrALineOfJson() throws InterruptedException {
        Ended table = shell.run("nanite", "top", "-P", port);
        assertThat(table.out())
                .startsWith("2 agents, 7 services")
                .contains("\nbob    alive")
                .contains("\nfred   alive");
        assertThat(table.code()).isZero();
        Ended json = shell.run("nanite", "top", "-P", port, "--json");
        assertThat(json.out())
                .startsWith("{\"agents\":[{\"agent\":\"bob\",\"state\":\"alive\"")
                .endsWith("}]}\n");
    }

    @Test
    void aPipeGetsPlainTextAndTheCodeOfTheLastFailure() throws IOException, InterruptedException {
        Path script = Files.writeString(
                temporary.resolve("script"),
                "agents\nrequest /simple/echo hi --target fred\nrequest /no/such\nservices\n");
        Ended ended = shell.startProgram(List.of(
                        "sh",
                        "-c",
                        "exec \"$0\" -i -P \"$1\" --history \"$2\" <\"$3\"",
                        Shell.installation().resolve("bin/nanite-mapper").toString(),
                        port,
                        history().toString(),
                        script.toString()))
                .awaitEnd();
        assertThat(ended.out())
                .contains("AGENT ", "{\"fred\":\"hi\"}\n", "/simple/whoami  2 agents\n")
                .doesNotContain(PROMPT, "\u001b");
        assertThat(ended.err()).contains("/no/such").doesNotContain("\u001b");
        assertThat(ended.code()).isEqualTo(6);
    }

    @Test
    void aPipeThatIsToldToEndDoes() throws InterruptedException {
        Running waiting = shell.startProgram(List.of(
                "sh",
                "-c",
                "(echo agents; exec tail -f /dev/null) | exec \"$0\" -i -P \"$1\" --history \"$2\"",
                Shell.installation().resolve("bin/nanite-mapper").toString(),
                port,
                history().toString()));
        waiting.awaitLine("fred ");
        List<ProcessHandle> console = waiting.handle()
                .descendants()
                .filter(process -> process.info().command().orElse("").endsWith("java"))
                .toList();
        assertThat(console).hasSize(1);
        console.get(0).destroy();
        console.get(0).onExit().join();
        waiting.handle().descendants().forEach(ProcessHandle::destroy);
        assertThat(waiting.awaitEnd().code()).isEqualTo(143);
    }
}
