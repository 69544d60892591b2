package io.nanite.faulttest;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import io.nanite.core.packet.Verdict;
import io.nanite.mapper.CallOptions;
import io.nanite.mapper.Job;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.testkit.broker.OnRabbitMq;
import io.nanite.testkit.broker.RabbitTestBroker;
import io.nanite.testkit.broker.TestBroker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** What a broker can do to those who trust in it. */
class BrokerFaultsTest {

    private Fabric fabric;

    @BeforeEach
    void open(TestBroker broker) {
        fabric = new Fabric(broker);
    }

    @AfterEach
    void close() {
        fabric.close();
    }

    @OnRabbitMq(own = true)
    void underAMemoryAlarmNothingIsLostAndNobodyWaitsForEver(RabbitTestBroker broker) throws Exception {
        Fabric.Chore chore = new Fabric.Chore();
        fabric.agent("fred", chore);
        // Patient enough to outwait the alarm; what others do is in BlockedBrokerTest.
        Mapper mapper = fabric.mapper(
                MapperConfig.named("m1"), fabric.login("mapper", "m1").withBlockedTimeout(Fabric.PATIENCE), 1);
        Job before = mapper.request("/chore/wait", "before");

        broker.rabbitmqctl("set_vm_memory_high_watermark", "0");
        List<Job> during = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            during.add(mapper.request(Fabric.ECHO, i));
        }
        var pushed = mapper.push(Fabric.ECHO, "pushed").toCompletableFuture();
        Job impatient =
                mapper.request(Fabric.ECHO, "impatient", CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(1)));
        assertThat(impatient.await().single().verdict()).isEqualTo(Verdict.TIMEOUT);
        chore.gate.countDown();
        broker.rabbitmqctl("set_vm_memory_high_watermark", "absolute", "1GB");

        assertThat(before.await().values().values()).containsExactly("before");
        for (int i = 0; i < during.size(); i++) {
            assertThat(during.get(i).await().values().values()).containsExactly(i);
        }
        assertThat(pushed).succeedsWithin(Fabric.PATIENCE);
    }

    @OnRabbitMq
    void aQueueThatIsDeletedUnderAnAgentIsThereAgainForTheNextJob(TestBroker broker) throws Exception {
        fabric.agent("fred", new Fabric.Chore());
        Mapper mapper = fabric.mapper("m1", 1);
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(broker.uri());
        try (Connection connection = factory.newConnection("by hand");
                Channel channel = connection.createChannel()) {
            for (String queue : List.of("nanite-fred", "nanite-fred", "mapper-m1")) {
                channel.queueDelete(queue);
                Job next = mapper.request(Fabric.ECHO, queue, CallOptions.DEFAULT.withTimeout(Duration.ofSeconds(20)));
                assertThat(next.outcomes().toCompletableFuture())
                        .as("after the death of %s", queue)
                        .succeedsWithin(Fabric.PATIENCE);
                assertThat(next.await().ok()).as("%s: %s", queue, next.await()).isTrue();
            }
        }
    }

    @OnRabbitMq(own = true)
    void twoHundredAgentsAreBackHalfAMinuteAfterTheirBroker(RabbitTestBroker broker) throws Exception {
        int many = 200;
        Fabric.Chore chore = new Fabric.Chore();
        for (int i = 0; i < many; i++) {
            fabric.agent("a" + i, chore);
        }
        Mapper mapper = fabric.mapper("m1", many);
        broker.stop();
        broker.start();
        // How long a broker takes to start is not for them to say.
        try (OwnTime time = new OwnTime()) {
            long before = time.nanos();
            while (time.since(before).compareTo(Duration.ofSeconds(30)) < 0) {
                assertThat(mapper.awaitService(Fabric.ECHO, 1, Fabric.PATIENCE)).isTrue();
                var outcomes = mapper.request(
                                Fabric.ECHO, "all", CallOptions.all().withTimeout(Duration.ofSeconds(5)))
                        .await();
                if (outcomes.ok() && outcomes.byAgent().size() == many) {
                    return;
                }
            }
        }
        throw new AssertionError("agents: %d (expected: %d within 30 s)"
                .formatted(mapper.agents().size(), many));
    }
}
