package io.nanite.mapper;

import io.nanite.core.Bytes;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Vitals;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.PacketSender;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.TransportListener;
import io.nanite.testkit.InMemoryBroker;
import io.nanite.testkit.InMemoryTransport;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** An agent that a test plays by hand: it says what it is told to say, and answers when it is told to. */
final class HandAgent implements AutoCloseable {

    /** Work that waits for the test to answer it. */
    record Work(Deliverable packet, Delivery.Part part) {}

    final Identity identity;
    final List<Work> work = new CopyOnWriteArrayList<>();
    final List<Token> cancelled = new CopyOnWriteArrayList<>();

    /** What mappers answered to what this agent asked, at whichever queue. */
    final List<Reply> heard = new CopyOnWriteArrayList<>();

    /** What it was told to do with itself. It says nothing to that, as one that is too old, until a test has it. */
    final List<Instruct> instructed = new CopyOnWriteArrayList<>();

    int asked;

    private Identity speaker;
    private final Serializer serializer;
    private final InMemoryTransport transport;
    private final PacketSender sender;
    private Set<Service> services = Set.of();
    private Set<String> tags = Set.of();
    private String boot = "boot-1";

    HandAgent(InMemoryBroker broker, String name) {
        this(broker, name, new JsonSerializer());
    }

    HandAgent(InMemoryBroker broker, String name, Serializer serializer) {
        this.serializer = serializer;
        identity = Identity.agent(name);
        speaker = identity;
        transport = broker.transport(name);
        sender = new PacketSender(serializer, transport);
        transport.start(new TransportListener() {});
        transport.subscribe(Source.work(identity, 1_000), this::receive);
        transport.subscribe(Source.control(identity), this::receive);
    }

    HandAgent offering(String... paths) {
        services = List.of(paths).stream().map(Service::parse).collect(Collectors.toSet());
        return this;
    }

    HandAgent tagged(String... newTags) {
        tags = new TreeSet<>(List.of(newTags));
        return this;
    }

    HandAgent booted(String newBoot) {
        boot = newBoot;
        return this;
    }

    /** Says from now on what the other would say. */
    HandAgent speakAs(HandAgent other) {
        speaker = other.identity;
        return this;
    }

    private Vitals vitals() {
        return new Vitals(4, work.size(), boot, 0, "1", true);
    }

    HandAgent register(double load) {
        return register(Status.of(load));
    }

    HandAgent register(Status status) {
        sender.tellMappers(Address.REGISTRATION, new Register(speaker, services, tags, status, vitals()));
        return this;
    }

    void ping(double load) {
        sender.tellMappers(Address.HEARTBEAT, new Ping(identity, Status.of(load), vitals()));
    }

    void unregister() {
        sender.tellMappers(Address.REGISTRATION, new UnRegister(identity));
    }

    /** Leaves a mark as an agent does that begins a job again. */
    void count(String mark) {
        Source attempts = Source.attempts(identity, 10);
        transport.subscribe(attempts, delivery -> {});
        transport
                .publish(new Parcel(
                        new Address.Queue(attempts.queue()),
                        Bytes.of(mark),
                        "text/plain",
                        null,
                        true,
                        false,
                        Map.of("x-attempt", "2")))
                .join();
    }

    private void receive(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            Packet packet = serializer.read(part.body(), part.contentType());
            if (packet instanceof Deliverable deliverable) {
                work.add(new Work(deliverable, part));
            } else {
                asked += packet instanceof Advertise ? 1 : 0;
                if (packet instanceof Cancel cancel) {
                    cancelled.add(cancel.token());
                } else if (packet instanceof Instruct instruct) {
                    instructed.add(instruct);
                } else if (packet instanceof Reply reply) {
                    heard.add(reply);
                }
                part.settle();
            }
        }
    }

    /** Answers the oldest work. */
    void answer(Outcome outcome) {
        Work next = work.remove(0);
        Request request = (Request) next.packet();
        result(request, outcome);
        next.part().settle();
    }

    void answer(Object value) {
        answer(Outcome.success(value));
    }

    /** Sends a result, whatever it was asked. */
    void result(Request request, Outcome outcome) {
        Identity mapper = Objects.requireNonNull(request.replyTo());
        reply(mapper, new Result(request.token(), mapper, identity, outcome, 10));
    }

    /** Answers the oldest instruction, as somebody. */
    void answerInstruction(Identity as, Outcome outcome) {
        Instruct next = instructed.get(0);
        reply(next.from(), new Result(next.token(), next.from(), as, outcome, -1));
    }

    private void reply(Identity mapper, Reply reply) {
        byte[] body = serializer.write(reply, new Recipient.One(mapper));
        transport.send(new Parcel(
                Address.repliesTo(mapper),
                Bytes.of(body),
                serializer.contentType(),
                reply.token().value(),
                false,
                false,
                Map.of()));
    }

    /** Tells how the oldest work goes. */
    void tell(String key, Object value, long sequence) {
        Request request = request();
        Identity mapper = Objects.requireNonNull(request.replyTo());
        reply(mapper, new IntermediateMessage(request.token(), mapper, identity, key, Payload.of(value), sequence));
    }

    Request request() {
        return (Request) work.get(0).packet();
    }

    /** Asks for work of others. */
    void ask(Deliverable asked) {
        sender.ask(asked);
    }

    /** Does not want that any more. */
    void cancel(Token token) {
        sender.tellMappers(Address.HEARTBEAT, new Cancel(token, identity));
    }

    /** Goes away with its connection, leaving its queue and the work in it. */
    void die() {
        transport.disconnect();
    }

    /** Is there again. */
    void revive() {
        transport.reconnect();
    }

    @Override
    public void close() {
        transport.close();
    }
}
