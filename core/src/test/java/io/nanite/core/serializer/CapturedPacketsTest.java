package io.nanite.core.serializer;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.FileChunk;
import io.nanite.core.packet.FileEnd;
import io.nanite.core.packet.FileStart;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Results;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Vitals;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Every packet that was captured off the original: {@code wire/NAME.body} and what is known of it. */
final class CapturedPacketsTest {

    private static final String SERVICES =
            "/lab/echo /lab/string /lab/number /lab/float /lab/nothing /lab/yes /lab/hash"
                    + " /lab/array /lab/time /lab/symbol /lab/unicode /lab/binary /lab/big /lab/boom /lab/boom2 /lab/yielding"
                    + " /lab/slow /lab/two /lab/delegate /lab/delegate_im /lab/delegate_push /lab/broadcast /lab/whoami /lab/noarg"
                    + " /lab/got /lab/object /deep/nested/hi /indexed/index /custom/index";

    private final JsonSerializer serializer = new JsonSerializer();
    private final JsonMapper mapper = new JsonMapper();

    static List<String> captured() throws IOException, URISyntaxException {
        Path wire = Path.of(CapturedPacketsTest.class.getResource("/wire").toURI());
        try (Stream<Path> files = Files.list(wire)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".body"))
                    .map(name -> name.substring(0, name.length() - ".body".length()))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void nothingThatWasCapturedIsLeftOut() throws Exception {
        assertThat(expected().keySet()).containsExactlyElementsOf(captured());
    }

    @ParameterizedTest
    @MethodSource("captured")
    void aCapturedPacketIsReadAsWhatItSays(String name) {
        Packet packet = serializer.read(body(name), "application/octet-stream");

        assertThat(packet).isEqualTo(expected().get(name));
        // The original has one name for the answer of an agent and for the answers that a mapper hands on.
        assertThat("Nanite::" + packet.getClass().getSimpleName().replace("Results", "Result"))
                .isEqualTo(meta(name).get("json_class").asString());
    }

    @ParameterizedTest
    @MethodSource("captured")
    void whatWeWriteForACapturedPacketHasItsKeysInItsOrder(String name) {
        JsonNode captured = mapper.readTree(body(name).utf8());

        JsonNode written = mapper.readTree(write(serializer.read(body(name), null)));

        List<String> capturedKeys = new ArrayList<>(captured.get("data").propertyNames());
        List<String> writtenKeys = new ArrayList<>(written.get("data").propertyNames());
        if (name.startsWith("file-chunk")) {
            assertThat(writtenKeys.remove("encoding"))
                    .as("files travel in base64 from ours")
                    .isTrue();
        }
        assertThat(writtenKeys).isEqualTo(capturedKeys);
        assertThat(new ArrayList<>(written.propertyNames())).containsExactly("json_class", "data", "size");
    }

    @ParameterizedTest
    @MethodSource("captured")
    void theSizeThatWeWriteObeysTheRuleOfTheOriginal(String name) {
        String captured = body(name).utf8();
        assertThat(codePointsWithoutSize(captured))
                .isEqualTo(meta(name).get("size_field").asInt());

        String written = write(serializer.read(body(name), null));

        assertThat(mapper.readTree(written).get("size").asInt()).isEqualTo(codePointsWithoutSize(written));
    }

    @ParameterizedTest
    @MethodSource("captured")
    void whatOursPassesOnIsReadAsTheSame(String name) {
        Packet packet = serializer.read(body(name), null);

        assertThat(serializer.read(Bytes.of(write(packet)), null)).isEqualTo(packet);
    }

    private static int codePointsWithoutSize(String document) {
        String without = document.replaceFirst(",\"size\":\\d+}$", "}");
        return without.codePointCount(0, without.length());
    }

    private String write(Packet packet) {
        return new String(serializer.write(packet, new Recipient.One(Identity.agent("a1"))), StandardCharsets.UTF_8);
    }

    private static Bytes body(String name) {
        return Bytes.of(resource(name + ".body"));
    }

    private JsonNode meta(String name) {
        return mapper.readTree(resource(name + ".meta.json"));
    }

    private static byte[] resource(String name) {
        try (InputStream in = CapturedPacketsTest.class.getResourceAsStream("/wire/" + name)) {
            return in == null ? new byte[0] : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, Packet> expected() {
        Map<String, Packet> all = new TreeMap<>();
        all.put("advertise", new Advertise(Identity.agent("a2")));
        all.put("unregister", new UnRegister(Identity.agent("a1")));
        presence(all);
        files(all);
        requests(all);
        pushes(all);
        results(all);
        return all;
    }

    private static void presence(Map<String, Packet> all) {
        all.put("ping", new Ping(Identity.agent("a1"), Status.of(0.1), Vitals.UNKNOWN));
        all.put("ping-null-status", new Ping(Identity.agent("a1"), Status.UNKNOWN, Vitals.UNKNOWN));
        all.put("ping-string-status", new Ping(Identity.agent("a1"), Status.read("busy"), Vitals.UNKNOWN));
        Set<Service> services = new LinkedHashSet<>();
        Arrays.stream(SERVICES.split(" ")).map(Service::parse).forEach(services::add);
        Identity a1 = Identity.agent("a1");
        Identity a2 = Identity.agent("a2");
        all.put("register-no-tags-given", new Register(a2, services, Set.of(), Status.of(0.9), Vitals.UNKNOWN));
        all.put("register-one-tag", new Register(a2, services, Set.of("blue"), Status.of(0.9), Vitals.UNKNOWN));
        all.put("register-two-tags", new Register(a1, services, Set.of("red", "blue"), Status.of(0.1), Vitals.UNKNOWN));
        intermediate(all, "default-key", "defaultkey", "default-1");
        intermediate(all, "hash-value", "hashkey", Map.of("pct", 50));
        intermediate(all, "named-key", "testkey", 1);
    }

    private static void intermediate(Map<String, Packet> all, String name, String key, Object value) {
        all.put(
                "intermediate-" + name,
                new IntermediateMessage(
                        new Token("306902fb4ad9af04e658d17f7f12cb18"),
                        Identity.mapper("m1"),
                        Identity.agent("a2"),
                        key,
                        Payload.of(value),
                        0));
    }

    private static void files(Map<String, Packet> all) {
        Token token = new Token("3ef46b7118d2d9f3384dc84a73f1769d");
        all.put("file-start", new FileStart("file-text.txt", "dest.txt", token));
        all.put("file-chunk-text", new FileChunk(Bytes.of("0123456789abcdef".repeat(1_024)), token));
        all.put("file-end", new FileEnd(token, Payload.of(Map.of("note", "m"))));
    }

    private static void requests(Map<String, Packet> all) {
        String hash = "02ba82a7a96a87a551fee012a1293bda";
        List<Object> array = List.of("/lab/whoami", "p", Map.of("target", "nanite-a2"));
        fromMapper(all, "request", "/lab/binary", "x", "11607397d5abfbcea6f42c736e8aa2be", "least_loaded", "a1");
        fromMapper(
                all,
                "request-array-payload",
                "/lab/delegate",
                array,
                "349eecc5088af66b118a37a9082f912c",
                "least_loaded",
                "a1");
        fromMapper(all, "request-hash-payload", "/lab/string", hash(), hash, "least_loaded", "a1");
        fromMapper(
                all,
                "request-into-offline-queue",
                "/lab/echo",
                "failsafe",
                "6892ea5ba991c8cca0049c6c3da049ca",
                "least_loaded",
                null);
        fromMapper(all, "request-selector-all", "/lab/whoami", "p", "588c9f67f60f9ae821efe22ac4763357", "all", "a1");
        fromMapper(
                all, "request-selector-random", "/lab/whoami", "p", "8c884c6a3310dc2e845b7d8e75f9cef8", "random", "a2");
        fromMapper(all, "request-selector-rr", "/lab/whoami", "p", "eaa6e3567b99eef70ac825ab8524e703", "rr", "a1");
        Request persistent = fromMapper(
                all,
                "request-persistent",
                "/lab/echo",
                "persist",
                "5e013fc42502bf40bca66c9776d83a8b",
                "least_loaded",
                "a1");
        all.put("request-persistent", request(persistent, persistent.from(), persistent.replyTo(), true, Set.of()));
        Request tagged = fromMapper(
                all, "request-with-tags", "/lab/whoami", "p", "dbe08297b87cb390999ce50189a345e2", "all", "a1");
        all.put("request-with-tags", request(tagged, tagged.from(), tagged.replyTo(), false, Set.of("red")));

        fromAgent(
                all,
                "request-agent-to-mapper-selector-all",
                "/lab/whoami",
                "6a7a9ebcdec1eb4178679ccfa6b76b6c",
                "all",
                null,
                null);
        fromAgent(
                all,
                "request-agent-to-mapper-selector-least_loaded",
                "/no/service",
                "03a0b3c7a0406f4877c7facf2bf23542",
                "least_loaded",
                null,
                null);
        fromAgent(
                all,
                "request-agent-to-mapper-with-target",
                "/lab/whoami",
                "7f4291b71270be31ff5194e319e9963c",
                "least_loaded",
                "a2",
                null);
        fromAgent(
                all,
                "request-forwarded-by-mapper-for-an-agent",
                "/lab/whoami",
                "7f4291b71270be31ff5194e319e9963c",
                "least_loaded",
                "a2",
                "m1");
    }

    private static Request fromMapper(
            Map<String, Packet> all,
            String name,
            String service,
            Object payload,
            String token,
            String selector,
            @Nullable String target) {
        Request request = new Request(
                Service.parse(service),
                Payload.of(payload),
                Identity.mapper("m1"),
                new Token(token),
                Identity.mapper("m1"),
                selector,
                target == null ? null : Identity.agent(target),
                false,
                Set.of(),
                false,
                Metadata.NONE);
        all.put(name, request);
        return request;
    }

    private static void fromAgent(
            Map<String, Packet> all,
            String name,
            String service,
            String token,
            String selector,
            @Nullable String target,
            @Nullable String mapper) {
        Request request = fromMapper(all, name, service, "p", token, selector, target);
        Identity replyTo = mapper == null ? null : Identity.mapper(mapper);
        all.put(name, request(request, Identity.agent("a1"), replyTo, false, Set.of()));
    }

    private static Request request(
            Request like, Identity from, @Nullable Identity replyTo, boolean persistent, Set<String> tags) {
        return new Request(
                like.service(),
                like.payload(),
                from,
                like.token(),
                replyTo,
                like.selector(),
                like.target(),
                persistent,
                tags,
                false,
                Metadata.NONE);
    }

    private static void pushes(Map<String, Packet> all) {
        Identity agent = Identity.agent("a1");
        Identity mapper = Identity.mapper("m1");
        String forwarded = "fb421ed98cc8d46be09c4cbfa87bb6e9";
        push(all, "push", "pushed", mapper, "ee14e3308273776ba1c15689d1111212", "least_loaded", agent, false);
        push(
                all,
                "push-agent-to-mapper-selector-least_loaded",
                "via-push",
                agent,
                forwarded,
                "least_loaded",
                null,
                false);
        push(all, "push-forwarded-by-mapper-for-an-agent", "via-push", agent, forwarded, "least_loaded", agent, false);
        push(
                all,
                "push-into-offline-queue",
                "failsafe push",
                mapper,
                "64be6b58e19e9dfd7431f56d67a06d46",
                "least_loaded",
                null,
                false);
        push(
                all,
                "push-into-offline-queue-persistent",
                "failsafe push persistent",
                mapper,
                "e0e2d74c85e081cd7bfb459c997a9e1d",
                "least_loaded",
                null,
                true);
        push(
                all,
                "push-persistent",
                "persist-push",
                mapper,
                "9c10b7c6310d58d2e7327c1487a3a8b0",
                "least_loaded",
                agent,
                true);
        push(all, "push-selector-all", "pushed-all", mapper, "e9d35d726dd38c805d7e8d78dac20fb3", "all", agent, false);
    }

    private static void push(
            Map<String, Packet> all,
            String name,
            String payload,
            Identity from,
            String token,
            String selector,
            @Nullable Identity target,
            boolean persistent) {
        all.put(
                name,
                new Push(
                        Service.parse("/lab/echo"),
                        Payload.of(payload),
                        from,
                        new Token(token),
                        selector,
                        target,
                        persistent,
                        Set.of(),
                        Metadata.NONE));
    }

    @SuppressWarnings("StringConcatToTextBlock") // one line of a stack trace to a line, spaces at its start counted
    private static void results(Map<String, Packet> all) {
        result(
                all,
                "array",
                "dec49d7535ca30fcd320e156e129f4fa",
                "a1",
                Arrays.asList(1, "two", null, 3.5, true, Map.of("k", "v")));
        result(
                all,
                "array-other",
                "034c5b5dd0eb88b76d8fb1205205694a",
                "a1",
                List.of(List.of("result", Map.of("nanite-a2", "nanite-a2"))));
        result(all, "boolean", "26326f939227446f07cf931727adea5d", "a1", true);
        result(all, "denied-by-agent-security", "fb59a37ceedfb9446136d5267291f121", "a2", "DENIED-TOKEN");
        result(all, "float", "b69445745f6c1597e387f661661b3170", "a1", 3.25);
        result(all, "integer", "a5a93a4d5ca7491ec7199cb8d4e6e3b9", "a1", 42);
        result(all, "nil", "b0a61dd1e672896099bd49007bda3640", "a1", null);
        result(all, "object-to_s", "eb17dc8a892bb89e8947efff621931ef", "a1", "Object");
        result(all, "string", "02ba82a7a96a87a551fee012a1293bda", "a1", "hello");
        result(all, "symbol", "5d6a44a6ee195d0c31d7726e44ddd531", "a1", "sym");
        result(all, "time", "df20471343c3efebfce5528bbfd63108", "a1", "2009-02-13 23:31:30 UTC");
        result(all, "unicode", "6e4a1a698255e97e9413c01b10cb10ab", "a1", UNICODE);
        Map<String, Object> hash = new LinkedHashMap<>();
        hash.put("a", 1);
        hash.put("sym", "v");
        hash.put("3", Arrays.asList(1, null));
        hash.put("nested", Map.of("x", 1.5));
        result(all, "hash", "db1cf12b08cbef38bfc36b70fec138fc", "a1", hash);
        String other = "57d9c6cdff6e53fe741516cd43aa7a13";
        result(
                all,
                "hash-other",
                other,
                "a1",
                Map.of(
                        "payload", hash(),
                        "token", other,
                        "from", "mapper-m1",
                        "reply_to", "mapper-m1",
                        "target", "nanite-a1",
                        "selector", "least_loaded",
                        "tags", List.of()));
        // The original's failures are texts, and nothing says that they are failures.
        result(
                all,
                "error-arity",
                "088fd4f3d1fb61435d7cc22d9dc72092",
                "a1",
                "ArgumentError: wrong number of arguments (given 1, expected 0)\n /srv/nanite/lab.rb:23:in `noarg'\n"
                        + "  /srv/nanite/nanite_dispatcher.rb:27:in `block in dispatch'\n"
                        + "  /srv/nanite/eventmachine.rb:1078:in `block in spawn_threadpool'");
        result(
                all,
                "error-exception",
                "804fd2fc644ea6e0551e2e8a18680a29",
                "a1",
                "ArgumentError: kaboom {\"k\"=>[1, nil, \"é\"]}\n /srv/nanite/lab.rb:19:in `boom'\n"
                        + "  /srv/nanite/nanite_dispatcher.rb:27:in `block in dispatch'\n"
                        + "  /srv/nanite/eventmachine.rb:1078:in `block in spawn_threadpool'");
        result(
                all,
                "error-no-actor",
                "59f864416830da845fec15454fa8a197",
                "a1",
                "NoMethodError: undefined method `exception_callback' for NilClass:Class\n\n"
                        + "        if actor.class.exception_callback\n"
                        + "                      ^^^^^^^^^^^^^^^^^^^\n"
                        + " /srv/nanite/nanite_dispatcher.rb:85:in `handle_exception'\n"
                        + "  /srv/nanite/nanite_dispatcher.rb:29:in `rescue in block in dispatch'\n"
                        + "  /srv/nanite/nanite_dispatcher.rb:23:in `block in dispatch'\n"
                        + "  /srv/nanite/eventmachine.rb:1078:in `block in spawn_threadpool'");
        result(
                all,
                "error-no-method",
                "7bbfb88e359962ac0c74d297e38b26f6",
                "a1",
                "NameError: undefined method `nomethod' for class `Lab'\n\n"
                        + "          args.push(deliverable) if actor.method(meth).arity == 2\n"
                        + "                                         ^^^^^^^\n"
                        + " /srv/nanite/nanite_dispatcher.rb:26:in `method'\n"
                        + "  /srv/nanite/nanite_dispatcher.rb:26:in `block in dispatch'\n"
                        + "  /srv/nanite/eventmachine.rb:1078:in `block in spawn_threadpool'");
        all.put(
                "result-mapper-to-agent",
                new Results(
                        new Token("7f4291b71270be31ff5194e319e9963c"),
                        Identity.agent("a1"),
                        Identity.mapper("m1"),
                        Map.of(Identity.agent("a2"), Outcome.success("nanite-a2"))));
        all.put(
                "result-mapper-to-agent-nil-nobody",
                new Result(
                        new Token("03a0b3c7a0406f4877c7facf2bf23542"),
                        Identity.agent("a1"),
                        Identity.mapper("m1"),
                        Outcome.success(null),
                        -1));
    }

    private static final String UNICODE = "héllo ☃ 😀 \u2028 </x>";

    private static Map<String, Object> hash() {
        return Map.of("k", Arrays.asList(1, null, "é"));
    }

    private static void result(
            Map<String, Packet> all, String name, String token, String from, @Nullable Object value) {
        all.put(
                "result-" + name,
                new Result(new Token(token), Identity.mapper("m1"), Identity.agent(from), Outcome.success(value), -1));
    }
}
