package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class TopTableTest {

    private static final TopTable.Row FRED = new TopTable.Row(
            "fred",
            false,
            0.5,
            1,
            4,
            12.34,
            7,
            Duration.ofMillis(3),
            Duration.ofSeconds(2),
            List.of("gpu"),
            List.of("/simple/echo", "/img/size"));
    private static final TopTable.Row BOB = new TopTable.Row(
            "bob", true, 2.25, 3, 4, null, null, null, Duration.ofSeconds(20), List.of(), List.of("/simple/echo"));
    private static final List<TopTable.Row> ROWS = List.of(FRED, BOB);
    private static final TopTable TABLE = new TopTable(TopTable.Order.AGENT, false, "", false);

    @Test
    void aLineSaysWhatItIsAbout() {
        assertThat(TopTable.summary(ROWS))
                .isEqualTo("2 agents (1 suspect), 2 services, 4 of 8 slots busy, 12 jobs/s, 7 queued");
        assertThat(TopTable.summary(List.of()))
                .isEqualTo("0 agents, 0 services, 0 of 0 slots busy, 0 jobs/s, 0 queued");
    }

    @Test
    void eachAgentIsALine() {
        assertThat(TABLE.lines(ROWS))
                .containsExactly(
                        "AGENT  STATE      STATUS       BUSY   JOBS/S   QUEUED       PING      HEARD  TAGS          SERVICES",
                        "bob    suspect      2.25        3/4        -        -          -     20.0 s  -             1",
                        "fred   alive        0.50        1/4     12.3        7    3.00 ms      2.0 s  gpu           2");
    }

    @Test
    void agentsAreSortedByWhatOneWants() {
        assertThat(new TopTable(TopTable.Order.STATUS, false, "", false).shown(ROWS))
                .containsExactly(BOB, FRED);
        assertThat(new TopTable(TopTable.Order.STATUS, true, "", false).shown(ROWS))
                .containsExactly(FRED, BOB);
        assertThat(new TopTable(TopTable.Order.PING, false, "", false).shown(ROWS))
                .containsExactly(FRED, BOB);
        assertThat(TopTable.Order.of('b')).isEqualTo(TopTable.Order.BUSY);
        assertThat(TopTable.Order.of('z')).isNull();
    }

    @Test
    void aFilterLooksAtNamesTagsAndServices() {
        assertThat(new TopTable(TopTable.Order.AGENT, false, "gpu", false).shown(ROWS))
                .containsExactly(FRED);
        assertThat(new TopTable(TopTable.Order.AGENT, false, "/img", false).shown(ROWS))
                .containsExactly(FRED);
        assertThat(new TopTable(TopTable.Order.AGENT, false, "ob", false).shown(ROWS))
                .containsExactly(BOB);
    }

    @Test
    void servicesAreShownWithTheirFreeSlots() {
        assertThat(new TopTable(TopTable.Order.AGENT, false, "", true).lines(ROWS))
                .containsExactly(
                        "SERVICE       AGENTS   FREE SLOTS  WHO",
                        "/img/size          1            3  fred",
                        "/simple/echo       2            4  bob fred");
    }

    @Test
    void programsGetAll() {
        assertThat(Json.line(TABLE.everything(List.of(BOB))))
                .isEqualTo(
                        "{\"agents\":[{\"agent\":\"bob\",\"state\":\"suspect\",\"status\":2.25,\"busy\":3,\"slots\":4,"
                                + "\"jobs_per_s\":null,\"queued\":null,\"ping_ms\":null,\"silent_ms\":20000,\"tags\":[],\"services\":[\"/simple/echo\"]}]}");
    }
}
