package io.nanite.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import io.nanite.core.Bytes;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Metadata;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Service;
import io.nanite.core.packet.Token;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The limit to measure against: the least that a request and its reply can be on this client. Own reply queue, automatic
 * acks, answers on the thread that reads the socket, no envelope, no promise of any kind. Costs that Nanite pays for what it
 * promises can be added one by one, to see what each is.
 */
final class HandWritten implements Contender {

    /** Something that Nanite does and a bare request and reply do not. */
    enum Cost {
        /** Both sides ack, the request behind its reply. */
        ACKS,
        /** Durable queues, and every message comes back if no queue takes it. */
        DURABLE_MANDATORY,
        /** The reply goes through a topic exchange, which permissions can be given on. */
        TOPIC,
        /** Media type, message id, user id. */
        PROPERTIES,
        /** The job runs on another thread than the one that reads. */
        WORKER,
        /** Packets of JSON, written and read on both sides. */
        PACKETS
    }

    private static final int PREFETCH = 64;
    private static final int REPLY_PREFETCH = 1_000;
    private static final int ACK_EVERY = 250;

    private static final String REPLY = "bench-reply";
    private static final Service SERVICE = new Service("/bench/echo");
    private static final Identity ASKER = Identity.mapper("bench");
    private static final Identity ANSWERER = Identity.agent("bench");

    private final String name;
    private final Set<Cost> costs;
    private final String queue;
    private final String user;
    private final JsonSerializer serializer = new JsonSerializer();
    private final ExecutorService worker = Executors.newSingleThreadExecutor();
    private final Connection asking;
    private final Connection answering;
    private final Channel channel;
    private final String replies;
    private final Map<String, BiConsumer<@Nullable String, @Nullable Throwable>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();

    HandWritten(String uri) throws Exception {
        this(uri, "limit", EnumSet.noneOf(Cost.class));
    }

    HandWritten(String uri, String name, Set<Cost> costs) throws Exception {
        this.name = name;
        this.costs = Set.copyOf(costs);
        queue = "bench-hand-written-" + costs.size();
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(uri);
        user = factory.getUsername();
        factory.setAutomaticRecoveryEnabled(false);
        factory.setSharedExecutor(new OnReader());
        answering = factory.newConnection("bench-answering");
        asking = factory.newConnection("bench-asking");
        boolean acks = costs.contains(Cost.ACKS);
        boolean durable = costs.contains(Cost.DURABLE_MANDATORY);
        Channel server = answering.createChannel();
        server.queueDeclare(queue, durable, !durable, true, null);
        server.basicQos(PREFETCH);
        server.basicConsume(queue, !acks, new DefaultConsumer(server) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties sent, byte[] body) {
                if (has(Cost.WORKER)) {
                    worker.execute(() -> answer(server, envelope, sent, body));
                } else {
                    answer(server, envelope, sent, body);
                }
            }
        });
        channel = asking.createChannel();
        replies = durable
                ? queue + "-replies"
                : channel.queueDeclare("", false, true, true, null).getQueue();
        if (durable) {
            channel.queueDeclare(replies, true, false, true, null);
        }
        if (costs.contains(Cost.TOPIC)) {
            channel.exchangeDeclare(REPLY, "topic", true);
            channel.queueBind(replies, REPLY, replies);
        }
        channel.basicQos(REPLY_PREFETCH);
        channel.basicConsume(replies, !acks, new DefaultConsumer(channel) {
            private int unacked;

            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties sent, byte[] body)
                    throws IOException {
                BiConsumer<@Nullable String, @Nullable Throwable> caller = waiting.remove(sent.getCorrelationId());
                if (caller != null) {
                    caller.accept(text(body), null);
                }
                if (has(Cost.ACKS) && ++unacked == ACK_EVERY) {
                    unacked = 0;
                    channel.basicAck(envelope.getDeliveryTag(), true);
                }
            }
        });
    }

    private boolean has(Cost cost) {
        return costs.contains(cost);
    }

    private void answer(Channel server, Envelope envelope, BasicProperties sent, byte[] body) {
        byte[] reply = has(Cost.PACKETS) ? written(text(body), sent.getCorrelationId()) : body;
        try {
            server.basicPublish(
                    has(Cost.TOPIC) ? REPLY : "",
                    sent.getReplyTo(),
                    has(Cost.DURABLE_MANDATORY),
                    properties(sent.getCorrelationId(), null),
                    reply);
            if (has(Cost.ACKS)) {
                server.basicAck(envelope.getDeliveryTag(), false);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A packet of the size and shape that a mapper sends. */
    private byte[] written(String payload, String id) {
        Token token = new Token(id);
        return serializer.write(
                new Request(
                        SERVICE,
                        Payload.of(payload),
                        ASKER,
                        token,
                        ASKER,
                        "least_loaded",
                        ANSWERER,
                        false,
                        Set.of(),
                        false,
                        Metadata.NONE),
                new Recipient.One(ANSWERER));
    }

    private String text(byte[] body) {
        if (!has(Cost.PACKETS)) {
            return new String(body, StandardCharsets.UTF_8);
        }
        Request read = (Request) serializer.read(Bytes.of(body), null);
        return String.valueOf(read.payload().value());
    }

    private BasicProperties properties(String correlation, @Nullable String replyTo) {
        BasicProperties.Builder properties =
                new BasicProperties.Builder().correlationId(correlation).replyTo(replyTo);
        if (has(Cost.PROPERTIES)) {
            properties
                    .contentType("application/json")
                    .messageId(correlation)
                    .userId(user)
                    .deliveryMode(1);
        }
        return properties.build();
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public String ask(String question) throws Exception {
        CompletableFuture<String> answer = new CompletableFuture<>();
        ask(question, (text, error) -> answer.complete(text));
        return answer.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void ask(String question, BiConsumer<@Nullable String, @Nullable Throwable> answer) {
        String id = Long.toString(next.incrementAndGet());
        waiting.put(id, answer);
        try {
            channel.basicPublish(
                    "",
                    queue,
                    has(Cost.DURABLE_MANDATORY),
                    properties(id, replies),
                    has(Cost.PACKETS) ? written(question, id) : question.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            answer.accept(null, e);
        }
    }

    @Override
    public void close() throws IOException {
        worker.shutdown();
        asking.close();
        answering.close();
    }

    private static final class OnReader extends AbstractExecutorService {

        @Override
        public void execute(Runnable callback) {
            callback.run();
        }

        @Override
        public void shutdown() {}

        @Override
        public List<Runnable> shutdownNow() {
            return List.of();
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public boolean isTerminated() {
            return false;
        }

        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) {
            return true;
        }
    }
}
