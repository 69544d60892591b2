package io.nanite.admin;

import io.nanite.core.packet.Service;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which agents are looked for; null for any.
 *
 * @param q stands in the name or in a tag, in capitals or not
 */
record AgentFilter(
        @Nullable String q,
        @Nullable String state,
        @Nullable String tag,
        @Nullable String service) {

    private static final Set<String> STATES =
            new TreeSet<>(Set.of("ready", "suspect", "draining", "quarantined", "dead", "gone"));

    static final AgentFilter ANY = new AgentFilter(null, null, null, null);

    static AgentFilter of(Query query) {
        return new AgentFilter(
                query.lowerCase("q"), query.oneOf("state", STATES), query.text("tag"), query.text("service"));
    }

    boolean matches(Fleet.Member member) {
        Answers.Agent agent = member.line();
        return (q == null
                        || agent.name().toLowerCase(Locale.ROOT).contains(q)
                        || agent.tags().stream()
                                .anyMatch(each -> each.toLowerCase(Locale.ROOT).contains(q)))
                && (state == null || state.equals(agent.state()))
                && (tag == null || agent.tags().contains(tag))
                && (service == null
                        || member.view().services().stream().map(Service::path).anyMatch(service::equals));
    }
}
