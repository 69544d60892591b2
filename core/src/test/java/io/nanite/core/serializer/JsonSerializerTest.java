package io.nanite.core.serializer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.Bytes;
import io.nanite.core.packet.FileChunk;
import io.nanite.core.packet.FileEnd;
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
import io.nanite.core.packet.Verdict;
import io.nanite.core.packet.Vitals;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonSerializerTest {

    private static final Identity AGENT = Identity.agent("a1");
    private static final Identity MAPPER = Identity.mapper("m1");
    private static final Token TOKEN = new Token("t1");
    private static final Recipient ANYBODY = new Recipient.One(AGENT);

    private final JsonSerializer serializer = new JsonSerializer();

    @Test
    void aRequestIsWrittenAsTheOriginalDoes() {
        Request request = request(Payload.of("é😀"), Metadata.NONE, false);

        assertThat(written(request))
                .isEqualTo(
                        "{\"json_class\":\"Nanite::Request\",\"data\":{\"type\":\"/simple/echo\",\"payload\":\"é😀\","
                                + "\"size\":null,\"from\":\"mapper-m1\",\"token\":\"t1\",\"reply_to\":\"mapper-m1\","
                                + "\"selector\":\"least_loaded\",\"target\":\"nanite-a1\",\"persistent\":false,\"tags\":[\"red\"]},"
                                + "\"size\":226}");
    }

    @Test
    void whatOnlyOursKnowStandsBehindAndOnlyWhenItSaysSomething() {
        Metadata metadata = new Metadata(1_700_000_000_000L, 2, 3, "00-trace");

        assertThat(written(request(Payload.nothing(), metadata, true)))
                .contains(
                        "\"tags\":[\"red\"],\"deadline\":1700000000000,\"attempt\":2,\"hop\":3,\"traceparent\":\"00-trace\",\"packs\":true},\"size\"");
        assertThat(written(new Push(
                        Service.parse("/a/b"),
                        Payload.nothing(),
                        MAPPER,
                        TOKEN,
                        "all",
                        null,
                        true,
                        Set.of(),
                        metadata)))
                .contains(
                        "\"target\":null,\"persistent\":true,\"tags\":[],\"deadline\":1700000000000,\"attempt\":2,\"hop\":3,\"traceparent\":\"00-trace\"},\"size\"")
                .doesNotContain("reply_to");
        assertThat(written(new Register(
                        AGENT,
                        Set.of(Service.parse("/a/b")),
                        Set.of(),
                        Status.of(0.5),
                        new Vitals(4, 1, "b", 2, "1.0", true))))
                .contains(
                        "\"data\":{\"status\":0.5,\"tags\":[],\"identity\":\"nanite-a1\",\"services\":[\"/a/b\"],"
                                + "\"size\":null,\"slots\":4,\"busy\":1,\"boot\":\"b\",\"epoch\":2,\"version\":\"1.0\",\"packs\":true},");
        assertThat(written(new Ping(AGENT, Status.UNKNOWN, new Vitals(4, 1, "b", 2, "1.0", true))))
                .contains("\"data\":{\"status\":null,\"identity\":\"nanite-a1\",\"size\":null,\"slots\":4,\"busy\":1,"
                        + "\"boot\":\"b\",\"epoch\":2},");
        assertThat(written(new IntermediateMessage(TOKEN, MAPPER, AGENT, "k", Payload.of(1), 7)))
                .contains("\"messagekey\":\"k\",\"message\":1,\"size\":null,\"sequence\":7},");
        assertThat(written(new FileChunk(Bytes.of("abc"), TOKEN)))
                .contains("\"data\":{\"chunk\":\"YWJj\",\"token\":\"t1\",\"size\":null,\"encoding\":\"base64\"},");
    }

    @Test
    void aFailureIsATextForOldReadersAndAnErrorForOurs() {
        assertThat(written(result(new Outcome.Failure(Verdict.FAILED, "Oops", "no \"way\""), 12)))
                .contains("\"results\":\"Oops: no \\\"way\\\"\",\"size\":null,"
                        + "\"error\":{\"kind\":\"Oops\",\"message\":\"no \\\"way\\\"\"},\"micros\":12},");
        assertThat(written(result(new Outcome.Failure(Verdict.REFUSED, "Denied", "no"), -1)))
                .contains("\"error\":{\"kind\":\"Denied\",\"message\":\"no\",\"verdict\":\"REFUSED\"}},");
    }

    @Test
    void whatAMapperHandsOnIsAHashByAgentForOldReadersAndHasTheErrorsForOurs() {
        Map<Identity, Outcome> outcomes = new LinkedHashMap<>();
        outcomes.put(AGENT, Outcome.success(List.of(1, "x")));
        outcomes.put(Identity.agent("a2"), new Outcome.Failure(Verdict.TIMEOUT, "TimedOut", "too late"));

        assertThat(written(new Results(TOKEN, AGENT, MAPPER, outcomes)))
                .startsWith("{\"json_class\":\"Nanite::Result\",\"data\":{\"token\":\"t1\",\"to\":\"nanite-a1\","
                        + "\"from\":\"mapper-m1\",\"results\":{\"nanite-a1\":[1,\"x\"],"
                        + "\"nanite-a2\":\"TimedOut: too late\"},\"size\":null,\"errors\":{\"nanite-a2\":"
                        + "{\"kind\":\"TimedOut\",\"message\":\"too late\",\"verdict\":\"TIMEOUT\"}}},");
    }

    @Test
    void whatArrivedCanBeHandedOn() {
        Result arrived = (Result) read(written(result(Outcome.success(Map.of("k", List.of(1, 2.5))), 12)));

        Packet handedOn = read(written(new Results(TOKEN, AGENT, MAPPER, Map.of(AGENT, arrived.outcome()))));

        assertThat(handedOn)
                .isEqualTo(new Results(
                        TOKEN, AGENT, MAPPER, Map.of(AGENT, Outcome.success(Map.of("k", List.of(1, 2.5))))));
    }

    @Test
    void theWayOfWorkIsWrittenAndOddStepsInItAreLeftOut() {
        Metadata metadata =
                new Metadata(0, 1, 0, null).nested(Service.parse("/a/x"), 0).nested(Service.parse("/b/y"), 5);

        String document = written(request(Payload.nothing(), metadata, false));

        assertThat(document).contains("\"deadline\":5,\"hop\":2,\"path\":[\"/a/x\",\"/b/y\"]},");
        assertThat(((Request) read(document)).metadata()).isEqualTo(metadata);
        assertThat(metadata.way(Service.parse("/c/z"))).isEqualTo("/a/x → /b/y → /c/z");
        String odd = document.replace("[\"/a/x\",", "[\"no service\",7,");
        assertThat(((Request) read(odd)).metadata().path()).containsExactly(Service.parse("/b/y"));
        assertThat(((Request) read(document.replace("[\"/a/x\",\"/b/y\"]", "7")))
                        .metadata()
                        .path())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"kind":"K","message":"m"}                      | FAILED  | K     | m
            {"kind":"K","message":"m","verdict":"TIMEOUT"}  | TIMEOUT | K     | m
            {"kind":"K","message":"m","verdict":"OK"}       | FAILED  | K     | m
            {"kind":"K","message":"m","verdict":"UNHEARD"}  | FAILED  | K     | m
            {"message":"m","kind":null,"more":[{}]}         | FAILED  | Error | m
            {}                                              | FAILED  | Error | ''
            """)
    void anErrorIsAFailureWhateverIsMissingInIt(String error, Verdict verdict, String kind, String message) {
        Packet packet = read(
                "{\"json_class\":\"Nanite::Result\",\"data\":{\"error\":%s,\"to\":\"mapper-m1\",\"from\":\"nanite-a1\",\"token\":\"t1\"}}"
                        .formatted(error));

        assertThat(packet).isEqualTo(result(new Outcome.Failure(verdict, kind, message), -1));
    }

    @Test
    void keysMayComeInAnyOrderAndUnknownOnesAnywhere() {
        Packet packet = read("""
                { "x" : [ { "json_class" : "Nanite::Ping" , "data" : { } } ] ,
                  "size" : "wrong" ,
                  "data" : { "colour" : { "payload" : [ 1 ] } , "tags" : [ "red" ] , "payload" : { "a" : [ 1 , "}\\"," ] } ,
                             "target" : "nanite-a1" , "token" : "t1" , "n" : 1e3 , "from" : "mapper-m1" ,
                             "reply_to" : "mapper-m1" , "type" : "/simple/echo" , "z" : null } ,
                  "json_class" : "Nanite::Request" }
                """);

        assertThat(packet).isEqualTo(request(Payload.of(Map.of("a", List.of(1, "}\","))), Metadata.NONE, false));
    }

    @Test
    void thePayloadIsASliceOfTheMessageUntilSomebodyAsks() {
        for (String payload :
                List.of("{\"a\":[1,\"}\"]}", "[ 1 , 2 ]", "\"t\\\"e,x} t\"", "12", "-1.5e3", "true", "[]", "\"\"")) {
            for (String space : List.of("", " ", "\n\t ")) {
                for (String next : List.of("", ",%s\"x\":1".formatted(space))) {
                    String document = "##{\"json_class\":\"Nanite::FileEnd\",\"data\":{\"token\":\"t1\",\"meta\":%s}}##"
                            .formatted(space + payload + space + next);
                    byte[] message = document.getBytes(StandardCharsets.UTF_8);

                    Packet packet = serializer.read(new Bytes(message, 2, message.length - 4), null);

                    Bytes raw = assertThat(((FileEnd) packet).meta().encodedAs("application/json"))
                            .isNotNull()
                            .actual();
                    assertThat(raw.utf8()).isEqualTo(payload);
                    assertThat(raw.array()).isSameAs(message);
                }
            }
        }
    }

    @Test
    void aPayloadIsPassedOnByteForByte() {
        String odd = "{ \"b\" : 1.50 , \"a\":[ \"\\u00e9\" ] }";
        Packet packet = read(
                "{\"json_class\":\"Nanite::FileEnd\",\"data\":{\"token\":\"t1\",\"meta\":" + odd + ",\"size\":null}}");

        assertThat(written(packet)).contains("\"meta\":" + odd + ",\"size\"");
    }

    @Test
    void whatIsMissingIsNullOrItsDefault() {
        Packet packet =
                read("{\"json_class\":\"Nanite::Request\",\"data\":{\"type\":\"/simple\",\"from\":\"nanite-a1\","
                        + "\"token\":\"t1\",\"persistent\":null,\"tags\":[null],\"attempt\":null}}");

        assertThat(packet)
                .isEqualTo(new Request(
                        Service.parse("/simple/index"),
                        Payload.nothing(),
                        AGENT,
                        TOKEN,
                        null,
                        "least_loaded",
                        null,
                        false,
                        Set.of(),
                        false,
                        Metadata.NONE));
        assertThat(read(
                        "{\"json_class\":\"Nanite::IntermediateMessage\",\"data\":{\"token\":\"t1\",\"to\":\"mapper-m1\","
                                + "\"from\":\"nanite-a1\"}}"))
                .isEqualTo(new IntermediateMessage(TOKEN, MAPPER, AGENT, "defaultkey", Payload.nothing(), 0));
    }

    @Test
    void oneOddServiceDoesNotHideAnAgent() {
        assertThat(read("""
                        {"json_class":"Nanite::Register","data":{"identity":"nanite-a1","status":1,
                         "services":["/a/b","no slash","/with space/x",null,7,{"a":[]},["/c/d"],"/e/f"]}}"""))
                .isEqualTo(new Register(
                        AGENT,
                        Set.of(Service.parse("/a/b"), Service.parse("/e/f")),
                        Set.of(),
                        Status.read(1),
                        Vitals.UNKNOWN));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"a\":1}", "[1]", "\"busy\"", "true", "null"})
    void aStatusThatIsNoNumberCountsAsWorst(String status) {
        Ping ping = (Ping) read("{\"json_class\":\"Nanite::Ping\",\"data\":{\"status\":%s,\"identity\":\"nanite-a1\"}}"
                .formatted(status));

        assertThat(ping.status().load()).isEqualTo(Double.POSITIVE_INFINITY);
    }

    @Test
    void aPacketsOwnValuesAreNotDisturbedByKeysOfOtherPackets() {
        assertThat(read(
                        "{\"json_class\":\"Nanite::UnRegister\",\"data\":{\"identity\":\"nanite-a1\",\"type\":5,\"tags\":{},"
                                + "\"epoch\":99999999999999999999,\"error\":\"x\",\"persistent\":\"yes\"}}"))
                .isEqualTo(new UnRegister(AGENT));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            "from":"mapper-m1"          | "from":"nobody"                     | from: nobody (expected: nanite-NAME
            "from":"mapper-m1"          | "from":"nanite-a\\u001b[1m"         | from: nanite-a\\u001b[1m (expected
            "from":"mapper-m1"          | "from":null                         | from: missing
            "from":"mapper-m1"          | "from":{"a":[1]}                    | from: an object (expected: text)
            "target":"nanite-a1"        | "target":"../../etc"                | target: ../../etc
            "reply_to":"mapper-m1"      | "reply_to":7                        | reply_to: a whole number
            "token":"t1"                | "token":"a b"                       | token: a b
            "token":"t1"                | "token":""                          | token:
            "type":"/simple/echo"       | "type":"simple/echo"                | service: simple/echo
            "type":"/simple/echo"       | "kind":"/simple/echo"               | type: missing
            "selector":"least_loaded"   | "selector":"eval(x)"                | selector: eval(x)
            "selector":"least_loaded"   | "selector":""                       | selector:
            "selector":"least_loaded"   | "selector":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" | selector: aaa
            "persistent":false          | "persistent":"no"                   | persistent: a text
            "tags":["red"]              | "tags":"red"                        | tags: a text
            "tags":["red"]              | "tags":[["red"]]                    | tags: one that is no text
            "tags":["red"]              | "tags":[],"tags":[]                 | tags: twice
            "tags":["red"]              | "deadline":-1                       | deadline: -1
            "tags":["red"]              | "deadline":1.5                      | deadline: a number with a fraction
            "tags":["red"]              | "deadline":99999999999999999999     | deadline: a whole number
            "tags":["red"]              | "attempt":0                         | attempt: 0
            "tags":["red"]              | "hop":4294967296                    | hop: 4294967296
            "tags":["red"]              | "packs":1                           | packs: a whole number
            Nanite::Request             | Nanite::Nuke                        | json_class: Nanite::Nuke
            Nanite::Request             | java.lang.Runtime                   | json_class: java.lang.Runtime
            "json_class":"Nanite::Request" | "json_class":5                   | json_class: a whole number
            "json_class"                | "class"                             | json_class: missing
            "data"                      | "datum"                             | data: missing
            """)
    void aPacketThatBreaksARuleIsRefusedWithASentence(String good, String bad, String sentence) {
        String document = written(request(Payload.of("x"), Metadata.NONE, false));
        assertThat(document).contains(good);

        assertThatThrownBy(() -> read(document.replace(good, bad)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(sentence)
                .hasMessageContaining("expected");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"services\":null", ",\"services\":\"/a/b\"", ",\"services\":{}"})
    void aRegisterWithoutServicesIsRefused(String services) {
        assertThatThrownBy(() -> read("{\"json_class\":\"Nanite::Register\",\"data\":{\"identity\":\"nanite-a1\"%s}}"
                        .formatted(services)))
                .isInstanceOf(SerializationException.class)
                .hasMessageStartingWith("services: ");
    }

    @Test
    void filesAreReadInTextAndInBase64AndInNothingElse() {
        String chunk = "{\"json_class\":\"Nanite::FileChunk\",\"data\":{\"chunk\":\"%s\",\"token\":\"t1\"%s}}";

        assertThat(read(chunk.formatted("YWJj", ""))).isEqualTo(new FileChunk(Bytes.of("YWJj"), TOKEN));
        assertThat(read(chunk.formatted("YWJj", ",\"encoding\":\"base64\"")))
                .isEqualTo(new FileChunk(Bytes.of("abc"), TOKEN));
        assertThatThrownBy(() -> read(chunk.formatted("YWJ", ",\"encoding\":\"rot13\"")))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("rot13");
        assertThatThrownBy(() -> read(chunk.formatted("Y*Jj", ",\"encoding\":\"base64\"")))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("chunk");
    }

    @Test
    void theMediaTypeDecidesWhoReads() {
        SmileSerializer smile = new SmileSerializer();
        Formats formats = new Formats(smile, List.of(serializer, smile));
        Request request = request(Payload.of("x"), Metadata.NONE, false);
        Bytes json = Bytes.of(serializer.write(request, ANYBODY));
        Bytes binary = Bytes.of(formats.write(request, ANYBODY));

        assertThat(formats.contentType()).isEqualTo("application/smile");
        assertThat(formats.read(json, null)).isEqualTo(request);
        assertThat(formats.read(json, "application/octet-stream")).isEqualTo(request);
        assertThat(formats.read(json, "Application/JSON; charset=utf-8")).isEqualTo(request);
        assertThat(formats.read(binary, "application/smile")).isEqualTo(request);
        assertThatThrownBy(() -> formats.read(json, "text/x\n"))
                .isInstanceOf(SerializationException.class)
                .hasMessage("content type: text/x\\u000a (expected: application/json or application/smile)");
        assertThatThrownBy(() -> new Formats(smile, List.of(smile)).read(json, null))
                .isInstanceOf(SerializationException.class)
                .hasMessage("content type: none (expected: application/smile)");
    }

    @Test
    void aPayloadCrossesFromOneFormatIntoTheOther() {
        SmileSerializer smile = new SmileSerializer();
        Request request = request(Payload.of(Map.of("a", List.of(1, 2.5, "☃", true))), Metadata.NONE, false);

        Packet fromSmile = smile.read(Bytes.of(smile.write(request, ANYBODY)), "application/smile");
        Packet fromJson = read(written(fromSmile));

        assertThat(smile.read(Bytes.of(smile.write(fromJson, ANYBODY)), "application/smile"))
                .isEqualTo(request);
        assertThat(smile.convert(((Request) fromJson).payload(), Map.class))
                .isEqualTo(request.payload().value());
    }

    private static Request request(Payload payload, Metadata metadata, boolean packs) {
        return new Request(
                Service.parse("/simple/echo"),
                payload,
                MAPPER,
                TOKEN,
                MAPPER,
                "least_loaded",
                AGENT,
                false,
                Set.of("red"),
                packs,
                metadata);
    }

    private static Result result(Outcome outcome, long micros) {
        return new Result(TOKEN, MAPPER, AGENT, outcome, micros);
    }

    private Packet read(String document) {
        return serializer.read(Bytes.of(document), "application/json");
    }

    private String written(Packet packet) {
        return new String(serializer.write(packet, ANYBODY), StandardCharsets.UTF_8);
    }
}
