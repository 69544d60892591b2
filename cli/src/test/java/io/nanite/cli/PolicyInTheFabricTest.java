package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Verdict;
import io.nanite.core.security.Authorizer;
import io.nanite.mapper.Mapper;
import io.nanite.mapper.MapperConfig;
import io.nanite.mapper.MapperListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.ManualLoop;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a policy lets through between agents and mappers. */
class PolicyInTheFabricTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String STRICT = """
            default: allow
            rules:
            - name: only good offers pay
              allow: offer
              who: good-*
              services: /till/*
            - name: nobody else pays
              deny: offer
              services: /till/*
            - name: no refunds
              deny: call
              services: /till/refund
            """;

    @Actor("till")
    public static final class Till {

        @Expose
        public String pay() {
            return "paid";
        }

        @Expose
        public String refund() {
            return "refunded";
        }
    }

    @TempDir
    Path folder;

    private final InMemoryBroker broker = InMemoryBroker.threaded();

    private Agent agent(String name, Authorizer policy) {
        return Agent.start(AgentConfig.named(name), broker.transport(name), new AgentModule() {
            @Override
            protected void configure() {
                actor(new Till());
                policy(policy);
                authorizer(Authorizer.allowAll()); // a module of somebody else, who does not mind
            }
        });
    }

    @Test
    void whoMayNotOfferIsNotThereAndWhoMayNotCallIsToldTheRule() throws Exception {
        PolicyWatch policy = new PolicyWatch(written(STRICT));
        try (Agent good = agent("good-1", policy);
                Agent evil = agent("evil", policy);
                Mapper mapper =
                        Mapper.with(MapperConfig.named("m")).authorizer(policy).start(broker.transport("m"))) {
            assertThat(mapper.awaitService("/till/pay", 1, PATIENCE)).isTrue();
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(mapper.refusals())
                    .containsKey("nobody else pays"));

            assertThat(mapper.agents()).extracting(agent -> agent.identity()).containsExactly(good.identity());
            assertThat(mapper.request("/till/pay", null).await().ok()).isTrue();
            assertThat(mapper.request("/till/refund", null).await().single())
                    .isEqualTo(new Outcome.Failure(
                            Verdict.REFUSED,
                            "Refused",
                            "mapper-m may not call /till/refund: refused by the rule \"no refunds\""));
            assertThat(good.refusals()).isEqualTo(Map.of("no refunds", 1L));
            assertThat(good.tally().refused()).isEqualTo(1);
            assertThat(evil.tally().executed()).isZero();
        }
    }

    @Test
    void aNewPolicySendsAwayWhoMayNoLongerOffer() throws Exception {
        PolicyWatch policy = new PolicyWatch(written("default: allow\nrules: []\n"));
        CountDownLatch left = new CountDownLatch(1);
        ManualLoop looking = new ManualLoop();
        try (Agent evil = agent("evil", Authorizer.allowAll());
                Mapper mapper = Mapper.with(MapperConfig.named("m"))
                        .authorizer(policy)
                        .listener(new MapperListener() {
                            @Override
                            public void unregistered(Identity agent, Mapper by) {
                                left.countDown();
                            }
                        })
                        .start(broker.transport("m"))) {
            assertThat(mapper.awaitService("/till/pay", 1, PATIENCE)).isTrue();
            policy.watch(looking, mapper::discover);

            written(STRICT);
            for (int i = 0; i < 3; i++) {
                looking.advance(Duration.ofSeconds(1));
                looking.run();
            }
            assertThat(left.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            assertThat(mapper.agents()).isEmpty();
            written("default: allow\nrules: []\n");
            for (int i = 0; i < 3; i++) {
                looking.advance(Duration.ofSeconds(1));
                looking.run();
            }

            assertThat(mapper.awaitService("/till/pay", 1, PATIENCE)).isTrue();
            assertThat(mapper.agents()).extracting(agent -> agent.identity()).containsExactly(evil.identity());
        }
    }

    private Path written(String text) throws IOException {
        return Files.writeString(folder.resolve("policy.yml"), text);
    }
}
