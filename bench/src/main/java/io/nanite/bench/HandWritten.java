package io.nanite.bench;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.DefaultConsumer;
import com.rabbitmq.client.Envelope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The limit to measure against: the least that a request and its reply can be on this client. Own reply queue, automatic
 * acks, answers on the thread that reads the socket, no envelope, no promise of any kind.
 */
final class HandWritten implements Contender {

    private static final String QUEUE = "bench-hand-written";

    private final Connection asking;
    private final Connection answering;
    private final Channel channel;
    private final String replies;
    private final Map<String, BiConsumer<@Nullable String, @Nullable Throwable>> waiting = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong();

    HandWritten(String uri) throws Exception {
        ConnectionFactory factory = new ConnectionFactory();
        factory.setUri(uri);
        factory.setAutomaticRecoveryEnabled(false);
        factory.setSharedExecutor(new OnReader());
        answering = factory.newConnection("bench-answering");
        asking = factory.newConnection("bench-asking");
        Channel server = answering.createChannel();
        server.queueDeclare(QUEUE, false, true, true, null);
        server.basicConsume(QUEUE, true, new DefaultConsumer(server) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties sent, byte[] body)
                    throws IOException {
                server.basicPublish("", sent.getReplyTo(), properties(sent.getCorrelationId(), null), body);
            }
        });
        channel = asking.createChannel();
        replies = channel.queueDeclare("", false, true, true, null).getQueue();
        channel.basicConsume(replies, true, new DefaultConsumer(channel) {
            @Override
            public void handleDelivery(String tag, Envelope envelope, BasicProperties sent, byte[] body) {
                BiConsumer<@Nullable String, @Nullable Throwable> caller = waiting.remove(sent.getCorrelationId());
                if (caller != null) {
                    caller.accept(new String(body, StandardCharsets.UTF_8), null);
                }
            }
        });
    }

    private static BasicProperties properties(String correlation, @Nullable String replyTo) {
        return new BasicProperties.Builder()
                .correlationId(correlation)
                .replyTo(replyTo)
                .build();
    }

    @Override
    public String name() {
        return "limit";
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
            channel.basicPublish("", QUEUE, properties(id, replies), question.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            answer.accept(null, e);
        }
    }

    @Override
    public void close() throws IOException {
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
