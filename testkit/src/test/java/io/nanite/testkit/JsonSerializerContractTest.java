package io.nanite.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Packet;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Serializer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

final class JsonSerializerContractTest extends SerializerContract {

    private static final String WORK = "type payload size from token%s selector target persistent tags";

    /** The keys of the original's data, in its order. */
    private static final Map<String, String> KEYS = Map.ofEntries(
            Map.entry("Nanite::Register", "status tags identity services size"),
            Map.entry("Nanite::UnRegister", "identity size"),
            Map.entry("Nanite::Ping", "status identity size"),
            Map.entry("Nanite::Advertise", "size target"),
            Map.entry("Nanite::Request", WORK.formatted(" reply_to")),
            Map.entry("Nanite::Push", WORK.formatted("")),
            Map.entry("Nanite::Result", "token to from results size"),
            Map.entry("Nanite::IntermediateMessage", "token to from messagekey message size"),
            Map.entry("Nanite::Cancel", "token from size"), // ours; the original has none
            Map.entry("Nanite::Instruct", "token from action argument size"), // ours too
            Map.entry("Nanite::FileStart", "filename dest token size"),
            Map.entry("Nanite::FileChunk", "chunk token size"),
            Map.entry("Nanite::FileEnd", "token meta size"));

    private final Serializer serializer = new JsonSerializer();
    private final JsonMapper independent = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .build();

    @Override
    protected Serializer serializer() {
        return serializer;
    }

    @Test
    void whatIsWrittenIsReadableByTheRulesOfTheOriginal() {
        SamplePackets packets = new SamplePackets(46);
        for (int i = 0; i < rounds(); i++) {
            Packet packet = packets.next();
            String document = new String(serializer.write(packet, recipient()), StandardCharsets.UTF_8);

            JsonNode tree = independent.readTree(document);

            assertThat(tree.propertyNames()).as(document).containsExactly("json_class", "data", "size");
            List<String> expected = List.of(
                    KEYS.getOrDefault(tree.get("json_class").asString(), "").split(" "));
            List<String> written = new ArrayList<>(tree.get("data").propertyNames());
            assertThat(written.subList(0, expected.size())).as(document).isEqualTo(expected);
            assertThat(tree.get("data").get("size").isNull()).as(document).isTrue();
            String without = document.substring(0, document.lastIndexOf(",\"size\":")) + "}";
            assertThat(tree.get("size").asInt()).as(document).isEqualTo(without.codePointCount(0, without.length()));
            assertThat(document)
                    .as("compact")
                    .startsWith("{\"json_class\":\"Nanite::")
                    .doesNotContain("\n");
        }
    }
}
