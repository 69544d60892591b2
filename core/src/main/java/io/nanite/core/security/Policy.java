package io.nanite.core.security;

import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Service;
import java.util.List;
import java.util.Set;

/**
 * Rules for who may offer and who may call which services. The first rule that fits decides; where none fits, the default
 * does. A registration is refused whole if one of its services is. Packets of other kinds are always allowed. Immutable;
 * safe for use by many threads.
 *
 * @param allowsByDefault what is decided where no rule fits
 * @param rules in the order in which they are asked
 */
public record Policy(boolean allowsByDefault, List<Rule> rules) implements Authorizer {

    /** What stands for the default where rules are counted by their names. */
    public static final String DEFAULT = "default";

    public Policy {
        rules = List.copyOf(rules);
    }

    /** What somebody may do with a service. */
    public enum Act {
        OFFER("offer"),
        CALL("call");

        private final String word;

        Act(String word) {
            this.word = word;
        }

        @Override
        public String toString() {
            return word;
        }
    }

    /**
     * A rule that allows or denies.
     *
     * @param name what refusals say
     * @param acts what it is about
     * @param who whom it is about
     * @param services with which services
     */
    public record Rule(String name, boolean allows, Set<Act> acts, List<Glob> who, List<Glob> services) {

        public Rule {
            acts = Set.copyOf(acts);
            who = List.copyOf(who);
            services = List.copyOf(services);
        }

        private boolean fits(Identity identity, Act act, Service service) {
            return acts.contains(act)
                    && who.stream().anyMatch(glob -> glob.matches(identity))
                    && services.stream().anyMatch(glob -> glob.matches(service.path()));
        }
    }

    @Override
    public Decision authorize(Packet packet) {
        if (packet instanceof Deliverable work) {
            return decide(work.from(), Act.CALL, work.service());
        }
        if (packet instanceof Instruct instruct) {
            return decide(instruct.from(), Act.CALL, instruct.service());
        }
        if (packet instanceof Register register) {
            for (Service service : register.services()) {
                Decision decision = decide(register.identity(), Act.OFFER, service);
                if (decision instanceof Decision.Denied) {
                    return decision;
                }
            }
        }
        return Decision.allowed();
    }

    /** Whether this identity may do this with this service. */
    public Decision decide(Identity identity, Act act, Service service) {
        for (Rule rule : rules) {
            if (rule.fits(identity, act, service)) {
                return rule.allows()
                        ? Decision.allowed()
                        : Decision.denied(
                                "%s may not %s %s: refused by the rule \"%s\""
                                        .formatted(identity, act, service, rule.name()),
                                rule.name());
            }
        }
        return allowsByDefault
                ? Decision.allowed()
                : Decision.denied("%s may not %s %s: no rule allows it".formatted(identity, act, service), DEFAULT);
    }
}
