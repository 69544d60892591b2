package io.nanite.mapper;

import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Result;
import io.nanite.core.security.Authorizer;
import io.nanite.core.security.Decision;
import io.nanite.core.security.Refusals;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The only door for packets: read, authorize, hand over. Runs on the transport's threads. */
final class MapperInbox {

    private static final Logger LOG = LoggerFactory.getLogger(MapperInbox.class);

    private static final Duration BEFORE_ASKING_AGAIN = Duration.ofMillis(250);

    private static final Duration BETWEEN_ASKING_AGAIN = Duration.ofSeconds(5);

    /** Agents that are asked again, or were so a moment ago, and those of them that must be once more. */
    private final Set<Identity> askingAgain = ConcurrentHashMap.newKeySet();

    private final Set<Identity> missed = ConcurrentHashMap.newKeySet();
    private final EventLoop loop;
    private final Serializer serializer;
    private final Authorizer authorizer;
    private final Refusals refusals;
    private final Presences presences;
    private final JobLedger jobs;
    private final Router router;
    private final ServiceTimes times;
    private final AgentCalls calls;
    private final Instructions instructions;
    private final Introductions introductions;

    MapperInbox(
            EventLoop loop,
            Serializer serializer,
            Authorizer authorizer,
            Refusals refusals,
            Presences presences,
            JobLedger jobs,
            Router router,
            ServiceTimes times,
            AgentCalls calls,
            Instructions instructions,
            Introductions introductions) {
        this.loop = loop;
        this.serializer = serializer;
        this.authorizer = authorizer;
        this.refusals = refusals;
        this.presences = presences;
        this.jobs = jobs;
        this.router = router;
        this.times = times;
        this.calls = calls;
        this.instructions = instructions;
        this.introductions = introductions;
    }

    /** Something an agent says of itself, or a mapper that it is there. */
    void presence(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            Packet packet = unsealed(part, false);
            if (packet instanceof Presence presence && presence.identity().isAgent()) {
                if (denial(presence) == null) {
                    loop.execute(() -> presences.accept(presence));
                } else if (presence instanceof Register) {
                    loop.execute(() -> presences.refused(presence.identity()));
                }
            } else if (packet instanceof Ping ping) {
                loop.execute(() -> introductions.heard(ping.identity()));
            } else if (packet instanceof Cancel cancel && denial(cancel) == null) {
                calls.cancel(cancel);
            }
            part.settle();
        }
    }

    /** Something an agent asks for. It is settled when it has ended. */
    void request(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            Packet packet = unsealed(part, delivery.redelivered());
            if (packet instanceof Deliverable asked && asked.from().isAgent()) {
                String denial = denial(packet);
                if (denial == null) {
                    calls.accept(asked, part);
                } else {
                    calls.deny(asked, part, denial);
                }
            } else {
                calls.bury(part, packet == null ? "unreadable" : "not asked for by an agent");
            }
        }
    }

    /** An answer, or news of one that is still to come. */
    void reply(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            Packet packet = read(part, delivery.redelivered(), jobs::unread);
            if (packet instanceof Result result && presences.suspects(result.from())) {
                // Whoever has its answer may ask it again at once.
                loop.execute(() -> {
                    presences.answered(result.from());
                    answered(result);
                    part.settle();
                });
                continue;
            }
            if (packet instanceof Result result) {
                answered(result);
            } else if (packet instanceof IntermediateMessage news) {
                jobs.accept(news);
            }
            part.settle();
        }
    }

    private void answered(Result result) {
        if (instructions.accept(result)) {
            return;
        }
        OpenJob job = jobs.accept(result);
        if (job != null) {
            times.took(job.request().service(), result.micros());
        }
    }

    /** Something this mapper sent found no queue. */
    void returned(Address to, Delivery delivery) {
        if (!(to instanceof Address.Queue queue)) {
            return; // nobody is bound to an exchange: no agents, no news
        }
        boolean control = queue.name().endsWith(Address.CONTROL);
        String name =
                control ? queue.name().substring(0, queue.name().length() - Address.CONTROL.length()) : queue.name();
        if (Identity.isIdentity(name)) {
            loop.execute(() -> presences.missing(new Identity(name), !control));
        }
        if (control) {
            // What was said there may be for the agent's eyes alone.
            if (Identity.isIdentity(name)) {
                instructions.missing(new Identity(name));
            }
            return;
        }
        for (Delivery.Part part : delivery.parts()) {
            if (back(part) instanceof Deliverable work) {
                loop.execute(() -> router.returned(work));
            }
        }
    }

    /** An answer that nobody can read any more is asked for again, of each agent once in a while: anybody can write nonsense. */
    private void unread(@Nullable Identity agent) {
        if (agent == null || !agent.isAgent()) {
            return;
        }
        LOG.debug("{} answered in a session that is not known", agent);
        if (askingAgain.add(agent)) {
            loop.after(BEFORE_ASKING_AGAIN, () -> router.unread(agent));
            loop.after(BETWEEN_ASKING_AGAIN, () -> {
                if (askingAgain.remove(agent) && missed.remove(agent)) {
                    unread(agent);
                }
            });
        } else {
            missed.add(agent);
        }
    }

    private @Nullable Packet read(Delivery.Part part, boolean redelivered, BiConsumer<String, String> refused) {
        Packet packet = unsealed(part, redelivered, refused);
        return packet == null || denial(packet) != null ? null : packet;
    }

    /** Why the packet may not be acted on; null if it may. One that cannot be judged may not. */
    private @Nullable String denial(Packet packet) {
        try {
            if (!(authorizer.authorize(packet) instanceof Decision.Denied denied)) {
                return null;
            }
            if (refusals.count(packet, denied)) {
                LOG.warn(
                        "refused a {}: {}; more of its sender by this rule are counted, not reported",
                        packet.getClass().getSimpleName(),
                        Printable.of(denied.reason()));
            }
            return denied.reason();
        } catch (RuntimeException e) {
            LOG.error("the authorizer failed", e);
            return "the authorizer failed";
        }
    }

    private @Nullable Packet back(Delivery.Part part) {
        try {
            return serializer.readBack(part.body(), part.contentType());
        } catch (SerializationException e) {
            LOG.warn("not known what came back, {}: {}", part.body(), e.getMessage());
            return null;
        }
    }

    private @Nullable Packet unsealed(Delivery.Part part, boolean redelivered) {
        return unsealed(part, redelivered, (id, reason) -> {});
    }

    /** {@code refused} is told what the message calls itself, and why it was refused. */
    private @Nullable Packet unsealed(Delivery.Part part, boolean redelivered, BiConsumer<String, String> refused) {
        try {
            return serializer.read(part.body(), part.contentType(), redelivered);
        } catch (SerializationException e) {
            if (e.isOfUnknownSession()) {
                unread(e.sender());
                return null;
            }
            LOG.warn("dropped {}: {}", part.body(), e.getMessage());
            String id = part.id();
            String reason = e.reason();
            if (id != null && reason != null) {
                refused.accept(id, reason);
            }
            return null;
        }
    }
}
