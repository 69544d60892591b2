package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.packet.Verdict;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A broker that is short of memory takes nothing from anybody. */
class BlockedBrokerTest {

    private static final Duration BLOCKED = Duration.ofSeconds(1);

    private Fabric fabric;

    @BeforeEach
    void open(TestBroker broker) {
        fabric = new Fabric(broker);
    }

    @AfterEach
    void close() {
        fabric.close();
    }

    private Mapper mapper(String name, Duration blockedTimeout, int agents) throws InterruptedException {
        return fabric.mapper(
                MapperConfig.named(name), fabric.login("mapper", name).withBlockedTimeout(blockedTimeout), agents);
    }

    /** Returns when the broker takes nothing more from this mapper. */
    private static void alarm(RabbitTestBroker broker, Mapper mapper) {
        broker.rabbitmqctl("set_vm_memory_high_watermark", "0");
        Awaitility.await().atMost(Fabric.PATIENCE).until(() -> {
            try {
                mapper.request("/nobody/offers/this", "").await();
                return false;
            } catch (BrokerBlocked e) {
                return true;
            } catch (RuntimeException e) {
                // It says so only to who publishes.
                var unused = mapper.push(Fabric.ECHO, "is it taken?");
                return false;
            }
        });
    }

    private static void allClear(RabbitTestBroker broker) {
        broker.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1GB");
    }

    @OnRabbitMq(own = true)
    void whatCannotLeaveEndsAsBlockedWhileWorkGoesOnAndIsSettled(RabbitTestBroker broker) throws Exception {
        int pushes = 300;
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore);
        Mapper mapper = mapper("m1", BLOCKED, 1);
        for (int i = 0; i < pushes; i++) {
            assertThat(mapper.push("/chore/wait", i)).succeedsWithin(Fabric.PATIENCE);
        }
        Job open = mapper.request("/chore/wait", "open", CallOptions.DEFAULT.withTimeout(Fabric.PATIENCE));
        // Behind all the pushes: it is at the broker when they are.
        assertThat(mapper.push("/chore/wait", pushes)).succeedsWithin(Fabric.PATIENCE);
        alarm(broker, mapper);

        Job held = mapper.request(Fabric.ECHO, "held");
        var pushed = mapper.push(Fabric.ECHO, "held").toCompletableFuture();
        assertThatThrownBy(held::await).isInstanceOf(BrokerBlocked.class);
        assertThat(pushed)
                .failsWithin(Fabric.PATIENCE)
                .withThrowableOfType(ExecutionException.class)
                .withCauseInstanceOf(BrokerBlocked.class);

        // The agent has 64 of them; the others reach it only when the broker has seen its acks.
        chore.gate.countDown();
        Awaitility.await().atMost(Fabric.PATIENCE).until(() -> chore.executions.get() >= pushes + 2);
        assertThat(open.isDone()).isFalse();
        allClear(broker);

        assertThat(open.await().values().values()).containsExactly("open");
        assertThat(mapper.request(Fabric.ECHO, "after").await().ok()).isTrue();
    }

    @OnRabbitMq(own = true)
    void withoutTheTimeOutWhatCannotLeaveWaitsUntilItsDeadlineOrForEver(RabbitTestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = mapper("m1", Duration.ofHours(1), 1);
        alarm(broker, mapper);

        Job held = mapper.request(Fabric.ECHO, "held", CallOptions.DEFAULT.withTimeout(BLOCKED.multipliedBy(2)));
        var pushed = mapper.push(Fabric.ECHO, "held").toCompletableFuture();

        assertThat(held.await().single().verdict()).isEqualTo(Verdict.TIMEOUT);
        assertThat(pushed).isNotDone();
        allClear(broker);
        assertThat(pushed).succeedsWithin(Fabric.PATIENCE);
    }
}
