package io.nanite.agent;

import com.google.inject.Module;
import io.nanite.agent.HandTransport.Event;
import io.nanite.agent.HandTransport.HandPart;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.IntermediateMessage;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Push;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.packet.TokenSource;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Parcel;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An agent on a transport that the test works by hand, and a mapper's words for it. */
final class TestAgent implements AutoCloseable {

    static final Identity SELF = Identity.agent("fred");
    static final Identity MAPPER = Identity.mapper("web1");

    private static final TokenSource TOKENS = TokenSource.secure();

    final HandTransport transport = new HandTransport();
    final Serializer serializer = new JsonSerializer();
    final Agent agent;

    private TestAgent(AgentConfig config, Module... modules) {
        agent = Agent.create(config, transport, modules);
    }

    static AgentConfig config() {
        return AgentConfig.of(SELF);
    }

    static TestAgent started(AgentConfig config, Module... modules) {
        TestAgent test = new TestAgent(config, modules);
        test.agent.start();
        return test;
    }

    static TestAgent created(AgentConfig config, Module... modules) {
        return new TestAgent(config, modules);
    }

    /** An agent that hosts these actors. */
    static TestAgent hosting(Object... actors) {
        return started(config(), module(actors));
    }

    static Module module(Object... actors) {
        return new AgentModule() {
            @Override
            protected void configure() {
                Arrays.stream(actors).forEach(this::actor);
            }
        };
    }

    static Request request(String service, @Nullable Object payload) {
        return new Request(
                Service.parse(service),
                Payload.of(payload),
                MAPPER,
                TOKENS.next(),
                MAPPER,
                "least_loaded",
                SELF,
                false,
                Set.of(),
                true,
                Metadata.NONE);
    }

    static Push push(String service, @Nullable Object payload) {
        return new Push(
                Service.parse(service),
                Payload.of(payload),
                MAPPER,
                TOKENS.next(),
                "least_loaded",
                SELF,
                false,
                Set.of(),
                Metadata.NONE);
    }

    Bytes written(Packet packet) {
        return Bytes.of(serializer.write(packet, new Recipient.One(SELF)));
    }

    HandPart deliver(Packet packet) {
        return transport.deliver(SELF.value(), false, List.of(written(packet))).get(0);
    }

    List<HandPart> deliverPack(List<? extends Packet> packets) {
        return transport.deliver(
                SELF.value(), false, packets.stream().map(this::written).toList());
    }

    void control(Packet packet) {
        transport.deliver(SELF.value() + ".control", false, List.of(written(packet)));
    }

    Packet read(Parcel parcel) {
        return serializer.read(parcel.body(), parcel.contentType());
    }

    /** Asks, and waits for the result. */
    Result ask(Deliverable request) {
        deliver(request);
        return result(request.token());
    }

    Outcome ask(String service, @Nullable Object payload) {
        return ask(request(service, payload)).outcome();
    }

    /** What an actor that succeeds returns, as plain data. */
    @Nullable
    Object call(String service, @Nullable Object payload) {
        Outcome outcome = ask(service, payload);
        if (outcome instanceof Outcome.Success success) {
            return success.payload().value();
        }
        throw new AssertionError(outcome);
    }

    /** How an actor fails. */
    Outcome.Failure failure(String service, @Nullable Object payload) {
        return (Outcome.Failure) ask(service, payload);
    }

    Result result(Token token) {
        return results(token, 1).get(0);
    }

    List<Result> results(Token token, int count) {
        return transport
                .await(
                        count,
                        Event.Replied.class,
                        replied -> read(replied.parcel()) instanceof Result result
                                && result.token().equals(token))
                .stream()
                .map(replied -> (Result) read(replied.parcel()))
                .toList();
    }

    List<IntermediateMessage> news() {
        return transport.events(Event.Replied.class).stream()
                .map(replied -> read(replied.parcel()))
                .filter(IntermediateMessage.class::isInstance)
                .map(IntermediateMessage.class::cast)
                .toList();
    }

    @Override
    public void close() {
        agent.close();
    }
}
