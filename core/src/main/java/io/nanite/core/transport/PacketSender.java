package io.nanite.core.transport;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.FilePacket;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Reply;
import io.nanite.core.serializer.Draft;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Writes a packet for its reader, on the calling thread, and hands it to the transport. Safe for use by many threads. */
public final class PacketSender {

    /** Stands for a message without a byte, which nobody can send on. */
    private static final Bytes NOTHING = Bytes.of("(nothing)");

    private final Serializer serializer;
    private final Transport transport;

    public PacketSender(Serializer serializer, Transport transport) {
        this.serializer = serializer;
        this.transport = transport;
    }

    /** Sends work to an agent, confirmed by its answer. What may have got lost goes {@linkplain #requestAgain again}. */
    public void request(Identity agent, Deliverable work, boolean packable) {
        if (work.persistent()) {
            requestAgain(agent, work, packable);
            return;
        }
        Draft draft = serializer.live(work, new Recipient.One(agent), packable);
        transport.send(parcel(Address.workOf(agent), work, draft, false, packable));
    }

    /** As {@link #request}, for work that was sent before, or may rest: whoever gets the agent's queue can read it. */
    public void requestAgain(Identity agent, Deliverable work, boolean packable) {
        transport.send(parcel(Address.workOf(agent), work, new Recipient.One(agent), work.persistent(), packable));
    }

    /** Sends work to an agent, confirmed by the broker. */
    public CompletableFuture<PublishReceipt> push(Identity agent, Deliverable work, boolean packable) {
        return transport.publish(
                parcel(Address.workOf(agent), work, new Recipient.One(agent), work.persistent(), packable));
    }

    /** Leaves work where any mapper finds it, confirmed by the broker. */
    public CompletableFuture<PublishReceipt> park(Deliverable work) {
        return transport.publish(parcel(Address.OFFLINE, work, new Recipient.EveryMapper(), work.persistent(), false));
    }

    /** Asks for work where any one mapper hears it, confirmed by its answer. */
    public void ask(Deliverable work) {
        transport.send(parcel(Address.REQUEST, work, new Recipient.EveryMapper(), work.persistent(), false));
    }

    /** Asks for work where any one mapper hears it, confirmed by the broker. */
    public CompletableFuture<PublishReceipt> askConfirmed(Deliverable work) {
        return transport.publish(parcel(Address.REQUEST, work, new Recipient.EveryMapper(), work.persistent(), false));
    }

    /** Leaves a packet as it came where an operator finds it, with the queue that it was for, the reason, and when it was. */
    public CompletableFuture<PublishReceipt> bury(Delivery.Part part, Identity queue, String reason, Instant at) {
        return bury(part, queue.value(), reason, at);
    }

    /** As above, for a queue that is nobody's own. */
    public CompletableFuture<PublishReceipt> bury(Delivery.Part part, String queue, String reason, Instant at) {
        String contentType = part.contentType();
        return transport.publish(new Parcel(
                Address.DEAD_LETTER,
                part.body().length() == 0 ? NOTHING : part.body(),
                contentType == null ? "application/octet-stream" : contentType,
                null,
                true,
                false,
                Map.of(
                        "x-reason",
                        Printable.of(reason),
                        "x-source",
                        queue,
                        "x-at",
                        at.truncatedTo(ChronoUnit.MILLIS).toString())));
    }

    /** Tells every mapper. */
    public void tellMappers(Address fanout, Packet packet) {
        transport.send(parcel(fanout, packet, new Recipient.EveryMapper(), false, false));
    }

    /** Tells every agent. */
    public void tellAgents(Packet packet) {
        transport.send(parcel(Address.ADVERTISE, packet, new Recipient.EveryAgent(), false, false));
    }

    /** Tells one agent or mapper at its own queue. */
    public void tell(Identity who, Packet packet) {
        transport.send(parcel(new Address.Queue(who.value()), packet, new Recipient.One(who), false, false));
    }

    /** Tells one agent past its work, at the queue that lives and dies with its connection. */
    public void tellControl(Identity agent, Packet packet) {
        transport.send(parcel(Address.controlOf(agent), packet, new Recipient.One(agent), false, false));
    }

    /** Answers a mapper for what was no work. */
    public void answerMapper(Reply reply) {
        transport.send(parcel(Address.repliesTo(reply.to()), reply, new Recipient.One(reply.to()), false, false));
    }

    /** Answers on the channel that the work came by; returns how many bytes the answer has. */
    public int reply(Delivery.Part part, Identity mapper, Reply reply, boolean packable) {
        Parcel answer = answer(part, mapper, reply, packable);
        part.reply(answer);
        return answer.body().length();
    }

    /** Sends the last answer, and settles the work behind it; returns how many bytes the answer has. */
    public int settle(Delivery.Part part, Identity mapper, Reply reply, boolean packable) {
        Parcel answer = answer(part, mapper, reply, packable);
        part.settle(answer);
        return answer.body().length();
    }

    /** Tells an agent how what it asked for goes or has ended, confirmed by the broker. */
    public CompletableFuture<PublishReceipt> answerAsker(Address asker, Reply reply) {
        return transport.publish(parcel(asker, reply, new Recipient.One(reply.to()), false, false));
    }

    private Parcel answer(Delivery.Part part, Identity mapper, Reply reply, boolean packable) {
        Draft draft = serializer.answer(reply, new Recipient.One(mapper), packable, part.body(), part.contentType());
        return parcel(Address.repliesTo(mapper), reply, draft, false, packable);
    }

    private Parcel parcel(Address to, Packet packet, Recipient recipient, boolean persistent, boolean packable) {
        Draft draft = packable
                ? serializer.draft(packet, recipient)
                : new Draft(Bytes.of(serializer.write(packet, recipient)), serializer.contentType(), null);
        return parcel(to, packet, draft, persistent, packable);
    }

    private static Parcel parcel(Address to, Packet packet, Draft draft, boolean persistent, boolean packable) {
        return new Parcel(
                to, draft.bytes(), draft.contentType(), id(packet), persistent, packable, Map.of(), draft.wrapper());
    }

    private static @Nullable String id(Packet packet) {
        if (packet instanceof Deliverable work) {
            return work.token().value();
        }
        if (packet instanceof Reply reply) {
            return reply.token().value();
        }
        return packet instanceof FilePacket file ? file.token().value() : null;
    }
}
