package io.nanite.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.InMemoryBroker;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is remembered of the past, through restarts, damage and gaps. */
class HistoryTest {

    private static final long NOON = Instant.parse("2026-01-31T12:00:00Z").getEpochSecond();
    private static final int PENDING =
            Series.ALL.stream().map(Series::name).toList().indexOf("pending");

    private final AgentActionsTest.MemoryStore store = new AgentActionsTest.MemoryStore();

    private static float[] row(long pending) {
        float[] row = History.gap();
        row[PENDING] = (float) pending;
        return row;
    }

    private History history(long second) {
        return new History(store, Instant.ofEpochSecond(second));
    }

    private static List<@Nullable Float> pending(History history, String range, long second) {
        return Objects.requireNonNull(
                history.past(range, Instant.ofEpochSecond(second)).series().get("pending"));
    }

    private static long known(List<@Nullable Float> values) {
        return values.stream().filter(Objects::nonNull).count();
    }

    @Test
    void eachRangeHasItsStepsAndWhatWasNotMeasuredIsAGap() {
        History history = history(NOON);
        for (long second = NOON; second < NOON + 120; second++) {
            if (second < NOON + 60 || second >= NOON + 70) {
                history.put(second, row(second - NOON));
            }
        }
        history.close();

        Answers.Past past = history.past("15m", Instant.ofEpochSecond(NOON + 120));
        assertThat(past.times()).hasSize(899).endsWith(NOON + 118, NOON + 119);
        assertThat(known(pending(history, "15m", NOON + 120))).isEqualTo(110);
        assertThat(pending(history, "15m", NOON + 120).subList(836, 852))
                .containsExactly(
                        57f, 58f, 59f, null, null, null, null, null, null, null, null, null, null, 70f, 71f, 72f);
        assertThat(known(pending(history, "6h", NOON + 120))).isEqualTo(11);
        assertThat(known(pending(history, "7d", NOON + 120))).isEqualTo(2);
        assertThat(pending(history, "7d", NOON + 120)).endsWith(59f, 119f);
        assertThat(history.past("7d", Instant.ofEpochSecond(NOON)).stepMillis()).isEqualTo(60_000);
    }

    @Test
    void whatIsKeptSurvivesARestartAndItsFilesDoNotGrow() {
        History first = history(NOON);
        for (long second = NOON; second < NOON + 3000; second++) {
            first.put(second, row(second % 100));
        }
        first.close();
        int bytes = store.files.values().stream().mapToInt(file -> file.length).sum();

        History second = history(NOON + 3100);
        assertThat(known(pending(second, "15m", NOON + 3100))).isEqualTo(900 - 101);
        assertThat(known(pending(second, "6h", NOON + 3100))).isEqualTo(300);
        assertThat(known(pending(second, "7d", NOON + 3100))).isEqualTo(50);
        for (long later = NOON + 3100; later < NOON + 9000; later++) {
            second.put(later, row(1));
        }
        assertThat(store.files.get("history-1s.ring")).hasSizeLessThan(100_000);
        assertThat(bytes).isLessThan(2_000_000);
        assertThat(store.files).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "x", "<!doctype html><title>not a history</title> of any kind, and longer than a header"})
    void aFileOfSomebodyElseIsSetAsideAndTheTowerStarts(String content) {
        store.files.put("history-1s.ring", content.getBytes(java.nio.charset.StandardCharsets.UTF_8));

        History history = history(NOON);
        history.put(NOON, row(7));

        assertThat(store.files.get("history-1s.ring.aside"))
                .isEqualTo(content.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertThat(known(pending(history(NOON + 1), "15m", NOON + 1))).isEqualTo(1);
    }

    @Test
    void damageAnywhereCostsThePlacesThatItHitsAndNothingElse() {
        History first = history(NOON);
        for (long second = NOON; second < NOON + 900; second++) {
            first.put(second, row(second - NOON));
        }
        byte[] whole = Objects.requireNonNull(store.files.get("history-1s.ring"));
        Random random = new Random(11);
        for (int round = 0; round < 300; round++) {
            byte[] damaged = whole.clone();
            int where = 64 + random.nextInt(damaged.length - 64);
            damaged[where] ^= (byte) (1 + random.nextInt(255));
            store.files.put("history-1s.ring", damaged);
            List<@Nullable Float> read = pending(history(NOON + 900), "15m", NOON + 900);

            assertThat(known(read)).isBetween(897L, 898L);
            for (int i = 0; i < read.size(); i++) {
                assertThat(read.get(i)).isIn(null, (float) i + 1);
            }
        }
        for (int length = 0; length < whole.length; length += 997) {
            store.files.put("history-1s.ring", java.util.Arrays.copyOf(whole, length));
            assertThat(known(pending(history(NOON + 900), "15m", NOON + 900))).isLessThan(900);
        }
    }

    @Test
    void aDiskThatRefusesEverythingStopsNobody() {
        TowerStore full = new TowerStore() {
            @Override
            public Optional<byte[]> read(String name) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void replace(String name, byte[] content) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void write(String name, long offset, byte[] content) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public String moveAside(String name) throws IOException {
                throw new IOException("No space left on device");
            }
        };
        History history = new History(full, Instant.ofEpochSecond(NOON));
        history.put(NOON, row(3));

        assertThat(pending(history, "15m", NOON + 1)).endsWith(3f);
    }

    @Test
    void aTowerMeasuresEachSecondAndSaysSoUnlessThereIsNoBroker() throws Exception {
        AtomicBoolean connected = new AtomicBoolean(true);
        try (Mapper mapper = Mapper.start(
                        MapperConfig.named("m"), InMemoryBroker.threaded().transport("m"));
                TestTower tower =
                        TestTower.of(ControlTower.with(TestTower.config()).ready(connected::get), mapper);
                EventReader events = tower.events("/api/v1/events")) {
            events.await(event -> event.type().equals("second"));
            EventReader.Event second = events.await(event -> event.type().equals("second"));
            assertThat(second.data().get("series").get("agents.alive").asInt()).isZero();
            assertThat(second.data().get("series").get("rate.OK").asDouble()).isZero();
            assertThat(second.data().get("series").get("latency.p50").isNull()).isTrue();

            connected.set(false);
            events.await(event -> event.type().equals("verdict")
                    && event.data().get("level").asString().equals("bad"));
            assertThat(tower.json("/api/v1/history?range=6h").get("series").size())
                    .isEqualTo(Series.ALL.size());
            assertThat(tower.get("/api/v1/history?range=1y").statusCode()).isEqualTo(400);
        }
    }
}
