package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever is wrong is said in one line: where it stands, what it is, what it should be. And nothing has happened. */
class WrongConfigurationTest {

    private static final String TIME = "a time such as 500ms, 15s, 2m or 1h";
    private static final String NAME = "1-64 of A-Z a-z 0-9 _ -, a letter or digit first";
    private static final String NUMBER = "a whole number";
    private static final String ONE_VALUE = "one value, or a list of them";
    private static final String ASK = "mapper request /simple/echo hello";

    @TempDir
    Path root;

    /**
     * What somebody did.
     *
     * @param command the arguments, apart by spaces; {@code ''} is an empty one, {@code ROOT} the folder
     * @param file what the config.yml says, or null
     * @param variables name, value, name, value
     * @param line what is said; {@code FILE} is the config.yml
     */
    private record Case(String command, @Nullable String file, List<String> variables, String line) {

        Map<String, String> environment() {
            Map<String, String> environment = new LinkedHashMap<>();
            for (int i = 0; i < variables.size(); i += 2) {
                environment.put(variables.get(i), variables.get(i + 1));
            }
            return environment;
        }

        @Override
        public String toString() {
            return line;
        }
    }

    private static Case typed(String command, String line) {
        return new Case(command, null, List.of(), line);
    }

    private static Case set(String command, String variable, String value, String line) {
        return new Case(command, null, List.of(variable, value), line);
    }

    private static Case written(String command, String file, String line) {
        return new Case(command, file, List.of(), line);
    }

    private static String expected(String place, String value, String expected) {
        return "%s: %s (expected: %s)".formatted(place, value, expected);
    }

    private static Stream<Case> cases() {
        return Stream.of(flags(), variables(), files(), everyKeyOfTheFile(), calls())
                .flatMap(cases -> cases);
    }

    private static Stream<Case> flags() {
        return Stream.of(
                typed("agent --pingtime 3", expected("unknown flag", "--pingtime", "such as --ping-time")),
                typed("agent --ping_time=3", expected("unknown flag", "--ping_time", "such as --ping-time")),
                typed("agent --passwd canary", expected("unknown flag", "--passwd", "such as --pass")),
                typed("agent --passwd=canary", expected("unknown flag", "--passwd", "such as --pass")),
                typed("agnt", expected("unknown command", "agnt", "such as agent")),
                typed("mapper requst /a/b", expected("unknown command", "requst", "such as request")),
                typed("--hepl", expected("unknown flag", "--hepl", "such as --help")),
                typed("agent --ping-time soon", expected("--ping-time", "soon", TIME)),
                typed("agent --ping-time ''", expected("--ping-time", "", TIME)),
                typed("agent --ping-time -3s", expected("--ping-time", "-3s", TIME)),
                typed("agent --ping-time 99ms", expected("--ping-time", "99ms", "100 ms to 1 h")),
                typed("agent --ping-time 61m", expected("--ping-time", "61m", "100 ms to 1 h")),
                typed("agent --grace 2h", expected("--grace", "2h", "0 to 1 h")),
                typed("agent --grace never", expected("--grace", "never", TIME)),
                typed("agent --heartbeat 0", expected("--heartbeat", "0", "1s to 10m")),
                typed("agent --heartbeat 11m", expected("--heartbeat", "11m", "1s to 10m")),
                typed("agent --port http", expected("--port", "http", NUMBER)),
                typed("agent -P 0", expected("--port", "0", "1 to 65535")),
                typed("agent -P 65536", expected("--port", "65536", "1 to 65535")),
                typed("agent -P -1", expected("--port", "-1", "1 to 65535")),
                typed("agent -P 99999999999", expected("--port", "99999999999", NUMBER)),
                typed("agent -h ''", expected("--host", "", "a name or address, or of a cluster several: a,b:5673")),
                typed("agent -u ''", expected("--user", "", "a login")),
                typed(
                        "agent -h a,,b",
                        expected("--host", "a,,b", "a name or address, or of a cluster several: a,b:5673")),
                typed("agent -v ''", expected("--vhost", "", "a name such as /nanite")),
                typed("agent -t two.words", expected("--token", "two.words", NAME)),
                typed("agent -t -x", expected("--token", "-x", NAME)),
                typed("agent -t ''", expected("--token", "", NAME)),
                typed("agent -t " + "x".repeat(65), expected("--token", "x".repeat(65), NAME)),
                typed("agent -t a\u202eb", expected("--token", "a\\u202eb", NAME)),
                typed("agent -f xml", expected("--format", "xml", "json, smile or secure")),
                typed("agent --ack soon", expected("--ack", "soon", "early or late")),
                typed("agent --queue-type mirrored", expected("--queue-type", "mirrored", "classic or quorum")),
                typed("agent -l loud", expected("--log-level", "loud", "fatal, error, warn, info, debug or trace")),
                typed("agent --threadpool 0", expected("--threadpool", "0", "1 to 10000")),
                typed("agent --threadpool 10001", expected("--threadpool", "10001", "1 to 10000")),
                typed("agent --threadpool many", expected("--threadpool", "many", NUMBER)),
                typed("agent --threadpool 1.5", expected("--threadpool", "1.5", NUMBER)),
                typed("agent --count 0", expected("--count", "0", "1 to 64")),
                typed("agent --count 65", expected("--count", "65", "1 to 64")),
                typed("agent --count 2 -t " + "x".repeat(63), expected("--token", "x".repeat(63) + "-1", NAME)),
                typed("agent --prefetch 0", expected("--prefetch", "0", "1 to 65535")),
                typed("agent --prefetch 65536", expected("--prefetch", "65536", "1 to 65535")),
                typed("agent --tag ''", expected("--tags", "[]", "each 1 to 255 characters")),
                typed(
                        "agent --single-threaded --threadpool 4",
                        expected("--threadpool", "4", "1, or nothing, with --single-threaded")),
                typed("agent -n /does/not/exist", expected("--nanite", "/does/not/exist", "a folder")),
                typed(
                        "agent -n ROOT",
                        expected(
                                "--nanite",
                                "ROOT/actors is not a folder",
                                "a folder with actors/*.jar or actors/*.java")),
                typed("agent --port", "Missing required parameter for option '--port' (PORT)"),
                typed("agent -P 1 -P 2", "option '--port' (PORT) should be specified only once"),
                typed("mapper --max-pending 0", expected("--max-pending", "0", "at least 1")),
                typed("mapper --agent-timeout 0s", expected("--agent-timeout", "0s", "more than 0")),
                typed("mapper -n /does/not/exist", expected("--nanite", "/does/not/exist", "a folder")),
                typed("soak --jobs 0", expected("--jobs", "0", "at least 1")),
                typed("soak --agents 0", expected("--agents", "0", "at least 1")),
                typed("soak --mappers some", expected("--mappers", "some", NUMBER)),
                typed("soak --minutes -1", expected("--minutes", "-1", "at least 0")),
                typed("soak --fault-every often", expected("--fault-every", "often", "a range such as 2s-10s")),
                typed("soak --fault-every 3s-2s", expected("--fault-every", "3s-2s", "a range such as 2s-10s")),
                typed("soak --faults agent-kil", expected("--faults", "agent-kil", "such as agent-kill")),
                typed(
                        "soak --embedded --faults link-reset,broker-kill",
                        expected(
                                "--faults",
                                "broker-kill",
                                "one of agent-kill, agent-stop, mapper-kill, link-black, link-reset, link-stall without"
                                        + " --own-rabbitmq")),
                typed("soak --embedded --own-rabbitmq", expected("--embedded", "true", "nothing, with --own-rabbitmq")),
                typed("soak --embedded --heartbeat 0", expected("--heartbeat", "0", "1s to 10m")),
                typed("soak --tls", expected("--tls", "true", "nothing: it is a link without that is broken")),
                typed("soak --embedded -t a.b", expected("--token", "a.b", NAME)),
                typed("soak --embedded -f xml", expected("--format", "xml", "json, smile or secure")),
                typed("broker -P 65536", expected("--port", "65536", "0 to 65535")),
                typed("broker -P -1", expected("--port", "-1", "0 to 65535")),
                typed("broker --bind ''", expected("--bind", "\"\"", "an address or name of this machine")),
                typed(
                        "broker extra",
                        expected("unexpected", "extra", "nothing more; put a text with spaces in quotes")),
                typed(
                        "rabbitconf --management-url localhost",
                        expected("--management-url", "localhost", "an address such as http://127.0.0.1:15672")),
                typed(
                        "rabbitconf --management-url ftp://127.0.0.1",
                        expected("--management-url", "ftp://127.0.0.1", "an address such as http://127.0.0.1:15672")),
                typed("rabbitconf -v ''", expected("--vhost", "", "a name such as /nanite")),
                typed(
                        "demo",
                        expected(
                                "NANITE_HOME",
                                "null",
                                "the folder of this installation; start the demo as: nanite demo")));
    }

    private static Stream<Case> variables() {
        return Stream.of(
                set(
                        "agent",
                        "NANITE_PINGTIME",
                        "3s",
                        expected("environment", "NANITE_PINGTIME", "a setting such as NANITE_PING_TIME")),
                set(
                        "demo",
                        "NANITE_HOTS",
                        "x",
                        expected("environment", "NANITE_HOTS", "a setting such as NANITE_HOST")),
                set(
                        "agent",
                        "NANITE_PASSWORD",
                        "canary",
                        expected("environment", "NANITE_PASSWORD", "a setting such as NANITE_PASS")),
                set("agent", "NANITE_PORT", "abc", expected("NANITE_PORT", "abc", NUMBER)),
                set("agent", "NANITE_PORT", "0", expected("NANITE_PORT", "0", "1 to 65535")),
                set("agent", "NANITE_PORT", "", expected("NANITE_PORT", "", NUMBER)),
                set("agent", "NANITE_PING_TIME", "10ms", expected("NANITE_PING_TIME", "10ms", "100 ms to 1 h")),
                set("agent", "NANITE_PING_TIME", "x", expected("NANITE_PING_TIME", "x", TIME)),
                set("agent", "NANITE_TLS", "maybe", expected("NANITE_TLS", "maybe", "true or false")),
                set("agent", "NANITE_TOKEN", "a b", expected("NANITE_TOKEN", "a b", NAME)),
                set("agent", "NANITE_TOKEN", "a\nb", expected("NANITE_TOKEN", "a\\u000ab", NAME)),
                set("agent", "NANITE_THREADPOOL", "-1", expected("NANITE_THREADPOOL", "-1", "1 to 10000")),
                set("agent", "NANITE_FORMAT", "yaml", expected("NANITE_FORMAT", "yaml", "json, smile or secure")),
                set(
                        "agent",
                        "NANITE_NANITE",
                        "/does/not/exist",
                        expected("NANITE_NANITE", "/does/not/exist", "a folder")),
                set(ASK, "NANITE_TIMEOUT", "0", expected("NANITE_TIMEOUT", "0", "more than 0")),
                set(
                        ASK,
                        "NANITE_SELECTOR",
                        "best",
                        expected("NANITE_SELECTOR", "best", "one of least_loaded, random, rr, all")),
                set(
                        ASK,
                        "NANITE_LOG_LEVEL",
                        "",
                        expected("NANITE_LOG_LEVEL", "", "fatal, error, warn, info, debug or trace")),
                set("broker", "NANITE_PORT", "99999", expected("NANITE_PORT", "99999", "0 to 65535")));
    }

    private static Stream<Case> files() {
        return Stream.of(
                written("agent", "pingtime: 3s", expected("FILE: key", "pingtime", "a setting such as ping_time")),
                written("agent", "Port: 5672", expected("FILE: key", "Port", "a setting such as port")),
                written("agent", "password: canary", expected("FILE: key", "password", "a setting such as pass")),
                written("agent", "home: /x", expected("FILE: key", "home", "a setting such as host")),
                written("agent", "nanite: elsewhere", expected("FILE: key", "nanite", "a setting such as data")),
                written("agent", "help: true", expected("FILE: key", "help", "a setting such as host")),
                written("agent", "port: abc", expected("FILE: port", "abc", NUMBER)),
                written("agent", "port: 5672.0", expected("FILE: port", "5672.0", NUMBER)),
                written("agent", "port: [1, 2]", expected("FILE: port", "1,2", NUMBER)),
                written("agent", "port: 65536", expected("FILE: port", "65536", "1 to 65535")),
                written("agent", "port:", expected("FILE: port", "nothing", ONE_VALUE)),
                written("agent", "pass: null", expected("FILE: pass", "nothing", ONE_VALUE)),
                written("agent", "pass: {is: canary}", expected("FILE: pass", "a structure", ONE_VALUE)),
                written("agent", "tags: [[a]]", expected("FILE: tags", "a structure", "a list of single values")),
                written("agent", "tags: [' ', a]", expected("FILE: tags", "[ , a]", "each 1 to 255 characters")),
                written("agent", "ping_time: 10ms", expected("FILE: ping_time", "10ms", "100 ms to 1 h")),
                written("agent", "ping-time: 10ms", expected("FILE: ping_time", "10ms", "100 ms to 1 h")),
                written("agent", "ping_time: 3s\nping-time: 4s", expected("FILE: key", "ping-time", "each key once")),
                written("agent", "port: 1\nport: 2", expected("FILE: key", "port", "each key once")),
                written("agent", "tls: 1", expected("FILE: tls", "1", "true or false")),
                written("agent", "single_threaded: on", expected("FILE: single_threaded", "on", "true or false")),
                written("agent", "token: 'a/b'", expected("FILE: token", "a/b", NAME)),
                written("agent", "- port", expected("FILE", "no settings", "lines such as port: 5672")),
                written("agent", "port 5672", expected("FILE", "no settings", "lines such as port: 5672")),
                written("agent", "port: 1\n---\nport: 2", expected("FILE", "several documents", "one")),
                written("agent", "host: a\n\tport: 1", expected("FILE", "line 2", "YAML: lines such as port: 5672")),
                written("agent", "pass: \"canary", expected("FILE", "line 1", "YAML: lines such as port: 5672")),
                written("agent", "{", expected("FILE", "line 1", "YAML: lines such as port: 5672")),
                written(ASK, "timeout: 0s", expected("FILE: timeout", "0s", "more than 0")),
                written(ASK, "target: a.b", expected("FILE: target", "a.b", NAME)),
                written(ASK, "max_pending: 0", expected("FILE: max_pending", "0", "at least 1")));
    }

    /** Whatever an agent and a mapper can be told in the file can be wrong there, and is named as it stands there. */
    private static Stream<Case> everyKeyOfTheFile() {
        String host = "a name or address, or of a cluster several: a,b:5673";
        String truth = "true or false";
        String port = "0 to 65535";
        String list = "in a list no empty value and no comma";
        String level = "fatal, error, warn, info, debug or trace";
        Stream<Case> ofAll = Stream.of("agent", "mapper")
                .flatMap(command -> Stream.of(
                        in(command, "host", "' '", host),
                        in(command, "host", "'a b'", host),
                        in(command, "host", "'a:0'", host),
                        in(command, "host", "'a:x'", host),
                        in(command, "port", "-1", "1 to 65535"),
                        in(command, "port", "0x10", NUMBER),
                        in(command, "port", "''", NUMBER),
                        in(command, "user", "''", "a login"),
                        in(command, "vhost", "''", "a name such as /nanite"),
                        in(command, "queue_type", "mirrored", "classic or quorum"),
                        in(command, "queue_type", "''", "classic or quorum"),
                        in(command, "tls", "yes", truth),
                        in(command, "tls", "''", truth),
                        in(command, "secure", "2", truth),
                        in(command, "no_packs", "never", truth),
                        in(command, "ask_pass", "please", truth),
                        in(command, "token", "'-x'", NAME),
                        in(command, "token", "a.b", NAME),
                        in(command, "token", "''", NAME),
                        in(command, "format", "xml", "json, smile or secure"),
                        in(command, "format", "''", "json, smile or secure"),
                        in(command, "heartbeat", "0s", "1s to 10m"),
                        in(command, "heartbeat", "11m", "1s to 10m"),
                        in(command, "heartbeat", "often", TIME),
                        in(command, "blocked_timeout", "soon", TIME),
                        in(command, "log_level", "loud", level),
                        in(command, "log_level", "''", level),
                        in(command, "metrics_port", "65536", port),
                        in(command, "metrics_port", "-1", port),
                        in(command, "metrics_port", "many", NUMBER),
                        in(command, "pass_file", "/does/not/exist", "a file")));
        Stream<Case> ofAgents = Stream.of(
                in("agent", "ping_time", "61m", "100 ms to 1 h"),
                in("agent", "ping_time", "soon", TIME),
                in("agent", "grace", "61m", "0 to 1 h"),
                in("agent", "grace", "-1s", TIME),
                in("agent", "threadpool", "0", "1 to 10000"),
                in("agent", "threadpool", "1e3", NUMBER),
                in("agent", "prefetch", "0", "1 to 65535"),
                in("agent", "prefetch", "65536", "1 to 65535"),
                in("agent", "prefetch", "many", NUMBER),
                in("agent", "single_threaded", "on", "true or false"),
                in("agent", "ack", "soon", "early or late"),
                in("agent", "ack", "''", "early or late"),
                written("agent", "tags: [a, ' ']", expected("FILE: tags", "[a,  ]", "each 1 to 255 characters")),
                written("agent", "tags: [a, '']", expected("FILE: tags", "nothing", list)),
                written("agent", "actors: ['a,b']", expected("FILE: actors", "a,b", list)));
        Stream<Case> ofMappers = Stream.of(
                in("mapper", "agent_timeout", "0s", "more than 0"),
                in("mapper", "agent_timeout", "x", TIME),
                in("mapper", "max_pending", "-1", "at least 1"),
                in("mapper", "max_pending", "lots", NUMBER),
                in("mapper", "offline_failsafe", "maybe", "true or false"));
        return Stream.of(ofAll, ofAgents, ofMappers).flatMap(cases -> cases);
    }

    private static Case in(String command, String key, String value, String expected) {
        String read = value.startsWith("'") ? value.substring(1, value.length() - 1) : value;
        return written(command, key + ": " + value, expected("FILE: " + key, read, expected));
    }

    private static Stream<Case> calls() {
        return Stream.of(
                typed("mapper request", "Missing required parameter: 'SERVICE'"),
                typed("mapper push", "Missing required parameter: 'SERVICE'"),
                typed("mapper request echo", expected("SERVICE", "echo", "a path such as /simple/echo")),
                typed("mapper request ''", expected("SERVICE", "", "a path such as /simple/echo")),
                typed(
                        "mapper request /a/b x y",
                        expected("unexpected", "y", "nothing more; put a text with spaces in quotes")),
                typed(ASK + " --timeout 0", expected("--timeout", "0", "more than 0")),
                typed(ASK + " --timeout x", expected("--timeout", "x", TIME)),
                typed("mapper --metrics-port 65536", expected("--metrics-port", "65536", "0 to 65535")),
                typed("mapper --metrics-port x", expected("--metrics-port", "x", NUMBER)),
                typed(ASK + " --any-tag a|b", expected("--any-tag", "a|b", "tags without | in them")),
                typed(ASK + " --selector rand", expected("--selector", "rand", "one of least_loaded, random, rr, all")),
                typed(ASK + " --target a.b", expected("--target", "a.b", NAME)),
                typed(ASK + " --target ''", expected("--target", "", NAME)),
                typed(ASK + " --tmeout 1", expected("unknown flag", "--tmeout", "such as --timeout")),
                typed(ASK + " -P 0", expected("--port", "0", "1 to 65535")),
                typed("mapper -P 0 request /a/b", expected("--port", "0", "1 to 65535")),
                typed("mapper -t a.b request /a/b", expected("--token", "a.b", NAME)),
                typed("mapper -f xml agents", expected("--format", "xml", "json, smile or secure")));
    }

    @Test
    void thereAreTwoHundredCasesAndMore() {
        assertThat(cases()).hasSizeGreaterThanOrEqualTo(200);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void oneLineSaysWhatIsWrong(Case wrong) throws IOException {
        Path file = root.resolve("config.yml");
        Cli cli = new Cli(wrong.environment());
        if (wrong.file() != null) {
            Files.writeString(file, wrong.file());
            cli = cli.in(root);
        }
        Cli.Ended ended = cli.run(args(wrong.command()));

        assertThat(ended.err())
                .isEqualTo(wrong.line().replace("FILE", file.toString()).replace("ROOT", root.toString())
                        + System.lineSeparator())
                .doesNotContain("canary", "\tat ");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.code()).isEqualTo(2);
    }

    private String[] args(String command) {
        return Stream.of(command.split(" "))
                .map(word -> word.equals("''") ? "" : word.replace("ROOT", root.toString()))
                .toArray(String[]::new);
    }

    @Test
    void aFileThatIsNoTextIsRefused() throws IOException {
        Path file =
                Files.write(root.resolve("config.yml"), "host: gr\u00fc\u00dfe".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(Cli.plain().in(root).run("agent").err())
                .isEqualTo("%s: bytes that are no text (expected: UTF-8)%n".formatted(file));
    }

    @Test
    void aFolderInPlaceOfTheFileIsRefused() throws IOException {
        Path folder = Files.createDirectory(root.resolve("config.yml"));
        Cli.Ended ended = Cli.plain().in(root).run("agent");
        assertThat(ended.code()).isEqualTo(2);
        assertThat(ended.err().lines()).hasSize(1).first().asString().startsWith(folder + ": ");
    }
}
