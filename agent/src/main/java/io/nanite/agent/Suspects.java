package io.nanite.agent;

import io.nanite.core.Bytes;
import io.nanite.core.loop.EventLoop;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Token;
import io.nanite.core.transport.Address;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.NoSuchQueue;
import io.nanite.core.transport.Parcel;
import io.nanite.core.transport.PublishReceipt;
import io.nanite.core.transport.Receiver;
import io.nanite.core.transport.Source;
import io.nanite.core.transport.Subscription;
import io.nanite.core.transport.Transport;
import io.nanite.core.transport.TransportException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs that were delivered before and have no answer, here or to another process: one of them may have killed the process that ran
 * it.
 *
 * <p>Those that were delivered here get their turn one by one, more at once with each that ends well; those that a mapper has sent a
 * second time do not wait for one another. Before its turn a job gets a mark, a message in
 * a queue of the agent's own, which is settled when the job ends: whoever finds the mark after a crash knows which job was
 * running. One that has a mark runs alone; one that was begun {@value #MOST_ATTEMPTS} times is poisoned. Jobs that only lay
 * beside it in the process are never blamed. The queue exists only while there are suspects, and goes with the last.
 *
 * <p>Everything here belongs to the loop.
 */
final class Suspects implements Receiver {

    /** How often a job may be begun. */
    static final int MOST_ATTEMPTS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(Suspects.class);

    private static final String ATTEMPT = "x-attempt";
    private static final String MARK = "text/plain";
    private static final int PREFETCH = 1_000;

    /** What could not be marked is run all the same, a little later. */
    private static final Duration UNMARKED_DELAY = Duration.ofSeconds(1);

    private enum State {
        CLOSED,
        OPENING,
        OPEN
    }

    private final Identity self;
    private final Source marks;
    private final int slots;
    private final Transport transport;
    private final EventLoop loop;
    private final String life;
    private final Consumer<Job> run;
    private final Consumer<Job> poison;

    private final Deque<Job> waiting = new ArrayDeque<>();
    private final Set<Token> running = new HashSet<>();

    /** How often a job was begun, by the marks that an earlier life left. */
    private final Map<Token, Integer> begun = new HashMap<>();

    private final Map<Token, List<Delivery.Part>> marked = new HashMap<>();

    /** Marks of this life that are on their way through the broker, with the attempt that they are for. */
    private final Map<Token, Integer> underWay = new HashMap<>();

    private State state = State.CLOSED;

    /** Closed by the thread that closes the agent, too. */
    private volatile @Nullable Subscription subscription;

    private int width = 1;
    private boolean alone;
    private boolean stopped;

    /**
     * {@code life} names this life of the process. {@code run} takes a job whose turn it is, {@code poison} one whose turn
     * will not come again.
     */
    Suspects(
            Identity self,
            int slots,
            Transport transport,
            EventLoop loop,
            String life,
            Consumer<Job> run,
            Consumer<Job> poison) {
        this.self = self;
        this.marks = Source.attempts(self, PREFETCH);
        this.slots = slots;
        this.transport = transport;
        this.loop = loop;
        this.life = life;
        this.run = run;
        this.poison = poison;
    }

    /** Takes a job that was delivered before. Any thread. */
    void add(Job job) {
        job.whenOver(() -> loop.execute(() -> over(job.token())));
        loop.execute(() -> {
            if (stopped) {
                run.accept(job); // the dispatcher gives it back
                return;
            }
            waiting.add(job);
            if (state == State.CLOSED) {
                open();
            } else {
                next();
            }
        });
    }

    /**
     * Clears away what an earlier life left behind, if it did: one that died while it counted left the queue, and where
     * somebody else has the jobs by now, nothing else would make this life open it. Not before whatever was delivered to that
     * life must have come again, because then its marks are needed. Any thread.
     */
    void tidy() {
        loop.execute(() -> {
            if (stopped || state != State.CLOSED) {
                return;
            }
            try {
                transport
                        .subscribe(Source.forgottenAttempts(self, PREFETCH), delivery -> {})
                        .close();
            } catch (NoSuchQueue e) {
                return;
            } catch (TransportException e) {
                LOG.debug("{} does not know whether an earlier life left marks: {}", self, e.getMessage());
                return;
            }
            open();
        });
    }

    private void open() {
        state = State.OPENING;
        try {
            subscription = transport.subscribe(marks, this);
            // Behind this come no marks of an earlier life.
            var unused = published(life, 0).thenAccept(receipt -> {
                if (!(receipt instanceof PublishReceipt.Confirmed)) {
                    loop.execute(() -> trustAll("no mark: " + receipt));
                }
            });
        } catch (TransportException e) {
            trustAll(e.getMessage());
        }
    }

    /** Where attempts cannot be counted, running twice is better than not at all. */
    private void trustAll(@Nullable String why) {
        LOG.warn("{} cannot count the attempts of {} jobs that came again: {}", self, waiting.size(), why);
        state = State.CLOSED;
        close();
        waiting.forEach(run);
        waiting.clear();
    }

    private CompletableFuture<PublishReceipt> published(String body, int attempt) {
        try {
            return transport.publish(new Parcel(
                    new Address.Queue(marks.queue()),
                    Bytes.of(body),
                    MARK,
                    null,
                    true,
                    false,
                    Map.of(ATTEMPT, Integer.toString(attempt))));
        } catch (TransportException e) {
            return CompletableFuture.completedFuture(new PublishReceipt.Unknown(e));
        }
    }

    @Override
    public void receive(Delivery delivery) {
        for (Delivery.Part part : delivery.parts()) {
            String body = part.body().utf8();
            String attempt = part.header(ATTEMPT);
            loop.execute(() -> mark(body, attempt == null ? 0 : Integer.parseInt(attempt), part));
        }
    }

    private void mark(String body, int attempt, Delivery.Part part) {
        if (state == State.CLOSED) {
            return; // of a reading that is over: the broker has it back
        }
        if (body.equals(life)) {
            part.settle();
            state = State.OPEN;
            next();
        } else if (attempt == 0) {
            part.settle(); // where an earlier life began to look
        } else {
            Token token = new Token(body);
            underWay.remove(token, attempt);
            if (!running.contains(token)) {
                begun.merge(token, attempt, Math::max);
            }
            marked.computeIfAbsent(token, unused -> new ArrayList<>()).add(part);
            settleStale();
        }
    }

    /** Gives turns, as many as may be. */
    private void next() {
        while (state == State.OPEN && !waiting.isEmpty()) {
            Job job = waiting.element();
            // One that was delivered again may have been begun without a mark, but only if nobody had it before. What
            // is sent a
            // second time is counted ahead of its run, and marked before it: where there is no mark, it was not begun.
            int marks = begun.getOrDefault(job.token(), 1);
            int attempts = Math.max(job.attempt() - 1, marks);
            boolean mustBeAlone = (job.redelivered() ? attempts : marks) > 1;
            boolean isFull = job.redelivered() && running.size() >= width;
            if (attempts >= MOST_ATTEMPTS) {
                waiting.remove();
                job.attempt(attempts);
                poison.accept(job);
                settleMarks(job.token());
            } else if (mustBeAlone ? !running.isEmpty() : alone || isFull) {
                return;
            } else {
                waiting.remove();
                begin(job, attempts + 1, mustBeAlone);
            }
        }
        settleStale();
    }

    private void begin(Job job, int attempt, boolean mustBeAlone) {
        running.add(job.token());
        alone = mustBeAlone;
        job.attempt(attempt);
        underWay.put(job.token(), attempt);
        var unused = published(job.token().value(), attempt)
                .thenAccept(receipt -> loop.execute(() -> {
                    if (receipt instanceof PublishReceipt.Confirmed) {
                        LOG.info("{} begins {} {} for the {}. time", self, job.service(), job.token(), attempt);
                        run.accept(job);
                    } else {
                        LOG.warn("{} could not mark {}: {}", self, job.token(), receipt);
                        underWay.remove(job.token(), attempt);
                        loop.after(UNMARKED_DELAY, () -> run.accept(job));
                    }
                }));
    }

    private void over(Token token) {
        if (running.remove(token)) {
            alone = false;
            width = Math.min(width * 2, slots);
        }
        settleMarks(token);
        next();
    }

    private void settleMarks(Token token) {
        begun.remove(token);
        List<Delivery.Part> parts = marked.remove(token);
        if (parts != null) {
            parts.forEach(Delivery.Part::settle);
        }
    }

    /** When no suspect is left, marks without one are of jobs that somebody else has by now, and the queue may go. */
    private void settleStale() {
        if (state == State.OPEN && waiting.isEmpty() && running.isEmpty()) {
            begun.clear();
            marked.values().forEach(parts -> parts.forEach(Delivery.Part::settle));
            marked.clear();
            if (underWay.isEmpty()) {
                state = State.CLOSED;
                close();
            }
        }
    }

    /** No more turns: what waits is for the dispatcher to give back. */
    void stop() {
        loop.execute(() -> {
            stopped = true;
            waiting.forEach(run);
            waiting.clear();
        });
    }

    /** Gives the queue of marks back; an empty one goes. */
    void close() {
        Subscription open = subscription;
        subscription = null;
        if (open != null) {
            open.close();
        }
    }
}
