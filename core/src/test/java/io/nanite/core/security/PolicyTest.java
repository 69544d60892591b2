package io.nanite.core.security;

import static org.assertj.core.api.Assertions.assertThat;

import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.Vitals;
import io.nanite.core.security.Policy.Act;
import io.nanite.core.security.Policy.Rule;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PolicyTest {

    private static final Identity BILLING = Identity.agent("billing-1");
    private static final Identity WEB = Identity.mapper("web1");

    private static final Policy POLICY = new Policy(
            false,
            List.of(
                    rule("no deleting", false, Act.CALL, "*", "/*/delete"),
                    rule("billing offers itself", true, Act.OFFER, "nanite-billing-*", "/billing/*"),
                    rule("web calls billing", true, Act.CALL, "mapper-web*", "/billing/*")));

    private static Rule rule(String name, boolean allows, Act act, String who, String services) {
        return new Rule(name, allows, Set.of(act), List.of(new Glob(who)), List.of(new Glob(services)));
    }

    private static Decision call(Identity from, String service) {
        return POLICY.authorize(new Push(
                Service.parse(service),
                Payload.of(null),
                from,
                new Token("t"),
                "least_loaded",
                null,
                false,
                Set.of(),
                Metadata.NONE));
    }

    private static Decision offer(Identity agent, String... services) {
        Set<Service> all = new LinkedHashSet<>();
        for (String service : services) {
            all.add(Service.parse(service));
        }
        return POLICY.authorize(new Register(agent, all, Set.of(), Status.of(0), Vitals.UNKNOWN));
    }

    private static Decision denied(String reason, String rule) {
        return Decision.denied(reason, rule);
    }

    @Test
    void theFirstRuleThatFitsDecidesAndIsNamed() {
        assertThat(call(WEB, "/billing/pay")).isEqualTo(Decision.allowed());
        assertThat(call(WEB, "/billing/delete"))
                .isEqualTo(denied(
                        "mapper-web1 may not call /billing/delete: refused by the rule \"no deleting\"",
                        "no deleting"));
        assertThat(call(BILLING, "/billing/pay"))
                .isEqualTo(denied("nanite-billing-1 may not call /billing/pay: no rule allows it", "default"));
        assertThat(new Policy(true, List.of()).decide(WEB, Act.CALL, new Service("/a/b")))
                .isEqualTo(Decision.allowed());
    }

    @Test
    void aRegistrationIsRefusedWholeForOneService() {
        assertThat(offer(BILLING, "/billing/pay", "/billing/deep/pay")).isEqualTo(Decision.allowed());
        assertThat(offer(BILLING, "/billing/pay", "/stock/count"))
                .isEqualTo(denied("nanite-billing-1 may not offer /stock/count: no rule allows it", "default"));
        assertThat(offer(Identity.agent("mapper-web1"), "/billing/pay")).isInstanceOf(Decision.Denied.class);
        assertThat(offer(Identity.agent("evil"))).isEqualTo(Decision.allowed());
    }

    @Test
    void whatIsNoCallAndNoOfferIsAllowed() {
        assertThat(POLICY.authorize(new Ping(Identity.agent("evil"), Status.of(0), Vitals.UNKNOWN)))
                .isEqualTo(Decision.allowed());
    }

    @ParameterizedTest
    @CsvSource({
        "*, '', true",
        "*, /a/b, true",
        "/billing/*, /billing/pay, true",
        "/billing/*, /billing/deep/pay, true",
        "/billing/*, /billings/pay, false",
        "*/delete, /a/b/delete, true",
        "*/delete, /a/delete/b, false",
        "/a*b*c, /abbc, true",
        "/a*b*c, /abb, false",
        "/a/b, /a/b, true",
        "/a/b, /a/bc, false",
        "/a.b, /aXb, false",
        "'', x, false",
        "a**, a, true"
    })
    void aStarIsAnyText(String glob, String text, boolean matches) {
        assertThat(new Glob(glob).matches(text)).isEqualTo(matches);
    }

    @ParameterizedTest
    @CsvSource({
        "billing-*, nanite-billing-1, true",
        "billing-*, mapper-billing-1, true",
        "nanite-billing-*, mapper-billing-1, false",
        "mapper-*, mapper-web1, true",
        // An agent may call itself "mapper-web1"; it is none all the same.
        "mapper-*, nanite-mapper-web1, false",
        "nanite-*, nanite-fred, true",
        "nanite-*, mapper-nanite-fred, false",
        "*, mapper-web1, true"
    })
    void anIdentityIsMeantByItsNameOrAsAWhole(String glob, String identity, boolean matches) {
        assertThat(new Glob(glob).matches(new Identity(identity))).isEqualTo(matches);
    }

    @Test
    void manyStarsInALongTextAreQuick() {
        assertThat(new Glob("*a".repeat(60) + "b").matches("a".repeat(5_000))).isFalse();
    }

    @Test
    void bothAuthorizersMustAllow() {
        Authorizer never = packet -> Decision.denied("never");
        Ping ping = new Ping(BILLING, Status.of(0), Vitals.UNKNOWN);

        assertThat(Authorizer.allowAll().and(never).authorize(ping)).isEqualTo(Decision.denied("never"));
        assertThat(never.and(Authorizer.allowAll()).authorize(ping)).isEqualTo(Decision.denied("never"));
        assertThat(Authorizer.allowAll().and(POLICY).authorize(ping)).isEqualTo(Decision.allowed());
    }

    @Test
    void refusalsAreCountedByRuleAndReportedOnceForEachSender() {
        Refusals refusals = new Refusals();
        Ping one = new Ping(BILLING, Status.of(0), Vitals.UNKNOWN);
        Ping two = new Ping(Identity.agent("two"), Status.of(0), Vitals.UNKNOWN);
        Decision.Denied byRule = new Decision.Denied("no", "a");
        Decision.Denied unnamed = new Decision.Denied("no", null);

        assertThat(refusals.count(one, byRule)).isTrue();
        assertThat(refusals.count(one, byRule)).isFalse();
        assertThat(refusals.count(two, byRule)).isTrue();
        assertThat(refusals.count(one, unnamed)).isTrue();
        for (int i = 0; i < 5_000; i++) {
            refusals.count(new Ping(Identity.agent("x" + i), Status.of(0), Vitals.UNKNOWN), byRule);
        }

        assertThat(refusals.count(new Ping(Identity.agent("y"), Status.of(0), Vitals.UNKNOWN), byRule))
                .isFalse();
        assertThat(refusals.byRule()).hasToString("{a=5004, authorizer=1}");
    }
}
