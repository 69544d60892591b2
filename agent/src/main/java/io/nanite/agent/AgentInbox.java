package io.nanite.agent;

import io.nanite.agent.CompletedJobs.Entry;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Reply;
import io.nanite.core.packet.Request;
import io.nanite.core.packet.Token;
import io.nanite.core.security.Authorizer;
import io.nanite.core.security.Decision;
import io.nanite.core.security.Refusals;
import io.nanite.core.serializer.SerializationException;
import io.nanite.core.serializer.Serializer;
import io.nanite.core.transport.Delivery;
import io.nanite.core.transport.Receiver;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The door for everything that is sent to an agent: reads it, asks whether it may be done, and hands on what is new. Every
 * packet leaves through the dispatcher, an answer, or the dead letters. On the transport's thread.
 */
final class AgentInbox {

    private static final Logger LOG = LoggerFactory.getLogger(AgentInbox.class);

    private final Identity self;
    private final Serializer serializer;
    private final Authorizer authorizer;
    private final Refusals refusals;
    private final CompletedJobs completed;
    private final Dispatcher dispatcher;
    private final Suspects suspects;
    private final Announcer announcer;
    private final Answers answers;
    private final DeadLetters deadLetters;
    private final TimeSource time;
    private final Counts counts;
    private final AgentConfig.Ack ack;
    private final MapperClient mappers;
    private final Set<String> reported = ConcurrentHashMap.newKeySet();
    private final Instructed instructed;
    private final Cancellations cancellations = new Cancellations();
    private volatile boolean quiet;

    AgentInbox(
            Identity self,
            Serializer serializer,
            Authorizer authorizer,
            Refusals refusals,
            CompletedJobs completed,
            Dispatcher dispatcher,
            Suspects suspects,
            Announcer announcer,
            Answers answers,
            DeadLetters deadLetters,
            TimeSource time,
            Counts counts,
            AgentConfig.Ack ack,
            MapperClient mappers,
            Instructed instructed) {
        this.self = self;
        this.serializer = serializer;
        this.authorizer = authorizer;
        this.refusals = refusals;
        this.completed = completed;
        this.dispatcher = dispatcher;
        this.suspects = suspects;
        this.announcer = announcer;
        this.answers = answers;
        this.deadLetters = deadLetters;
        this.time = time;
        this.counts = counts;
        this.ack = ack;
        this.mappers = mappers;
        this.instructed = instructed;
    }

    /** From now on all work is given back. */
    void quiet() {
        quiet = true;
    }

    /** Work is taken again. */
    void resume() {
        quiet = false;
    }

    /** Reads the agent's own queue. */
    Receiver work() {
        return new Receiver() {
            @Override
            public void receive(Delivery delivery) {
                receiveWork(delivery);
            }

            @Override
            public void resubscribed(int epoch) {
                announcer.rebuilt(epoch);
            }
        };
    }

    /** Reads what reaches the agent past its work. */
    Receiver control() {
        return new Receiver() {
            @Override
            public void receive(Delivery delivery) {
                delivery.parts().forEach(AgentInbox.this::receiveControl);
            }

            @Override
            public void resubscribed(int epoch) {
                mappers.rebuilt();
            }
        };
    }

    private void receiveControl(Delivery.Part part) {
        Packet packet;
        try {
            packet = serializer.read(part.body(), part.contentType());
        } catch (RuntimeException | StackOverflowError e) {
            LOG.warn("{} control packet dropped: {}", self, Printable.of(String.valueOf(e.getMessage())));
            part.settle();
            return;
        }
        if (packet instanceof Advertise advertise && denial(packet) == null) {
            advertise(advertise);
        } else if (packet instanceof Cancel cancel && denial(packet) == null) {
            cancel(cancel.token());
        } else if (packet instanceof Instruct instruct) {
            instruct(instruct);
        } else if (packet instanceof Reply reply && denial(packet) == null) {
            mappers.accept(reply);
        }
        part.settle();
    }

    /** Only mappers may: what an agent asks goes through one. */
    private void instruct(Instruct instruct) {
        String denial = denial(instruct);
        if (!instruct.from().isMapper()) {
            LOG.warn(
                    "{} is told to {} by {}, and does not (expected: a mapper)",
                    self,
                    instruct.action(),
                    instruct.from());
        } else if (denial == null) {
            instructed.accept(instruct);
        } else {
            instructed.deny(instruct, denial);
        }
    }

    private void receiveWork(Delivery delivery) {
        List<Delivery.Part> parts = delivery.parts();
        if (quiet) {
            parts.forEach(Delivery.Part::requeue);
        } else if (parts.size() == 1) {
            Delivery.Part part = parts.get(0);
            boolean again = delivery.redelivered() || "true".equals(part.header(DeadLetters.REDELIVERED));
            if (again) {
                counts.redelivered.increment();
            }
            Job job = admit(part, again, earlyAck(delivery));
            if (job != null && !isDoubtful(job)) {
                dispatcher.dispatch(List.of(job));
            }
        } else if (delivery.redelivered()) {
            // Perhaps one of them killed the process that had them: it must not take the others with it again.
            counts.takenApart.increment();
            parts.forEach(deadLetters::isolate);
        } else {
            EarlyAck earlyAck = earlyAck(delivery);
            List<Job> jobs = new ArrayList<>(parts.size());
            for (Delivery.Part part : parts) {
                Job job = admit(part, false, earlyAck);
                if (job != null && !isDoubtful(job)) {
                    jobs.add(job);
                }
            }
            dispatcher.dispatch(jobs);
        }
    }

    /** Whether somebody had it before, and may have died of it: then it is dealt with, and not simply run. */
    private boolean isDoubtful(Job job) {
        if (job.attempt() > Suspects.MOST_ATTEMPTS) {
            dispatcher.poison(job);
            return true;
        }
        if (job.redelivered() || job.attempt() > 1) {
            suspects.add(job);
            return true;
        }
        return false;
    }

    private @Nullable EarlyAck earlyAck(Delivery delivery) {
        return ack == AgentConfig.Ack.EARLY ? new EarlyAck(delivery) : null;
    }

    /** The job to be run, or null if the packet is dealt with. */
    private @Nullable Job admit(Delivery.Part part, boolean redelivered, @Nullable EarlyAck earlyAck) {
        Packet packet;
        try {
            packet = serializer.read(part.body(), part.contentType(), redelivered);
        } catch (RuntimeException | StackOverflowError e) {
            if (e instanceof SerializationException unread && unread.isOfUnknownSession()) {
                // Of a life before this one, or too old: whoever asked waits, and asks again when it hears of a new
                // epoch.
                LOG.debug("{} was asked in a session that is not known, by {}", self, unread.sender());
                part.settle();
                announcer.renew();
                return null;
            }
            deadLetters.bury(part, null, "unreadable: " + e.getMessage());
            return null;
        }
        String denial = denial(packet);
        if (packet instanceof Deliverable work) {
            Job job = new Job(work, part, redelivered, answers, time, earlyAck, mappers);
            return admit(job, denial) ? job : null;
        }
        if (packet instanceof Advertise advertise) {
            if (denial == null) {
                advertise(advertise);
            }
            part.settle();
            return null;
        }
        if (packet instanceof Reply reply) { // from a mapper that knows no control queues
            if (denial == null) {
                mappers.accept(reply);
            }
            part.settle();
            return null;
        }
        deadLetters.bury(
                part, null, "a %s is no work".formatted(packet.getClass().getSimpleName()));
        return null;
    }

    private boolean admit(Job job, @Nullable String denial) {
        if (job.work() instanceof Request && job.asker() == null) {
            deadLetters.bury(job.part(), job.token(), "request without reply_to");
            return false;
        }
        if (denial != null) {
            counts.refused.increment();
            answers.answer(job, Failures.refused(denial), Answers.NOT_RUN);
            return false;
        }
        if (cancellations.take(job.token())) {
            counts.cancelled.increment();
            answers.answer(job, Failures.cancelled("before it began"), Answers.NOT_RUN);
            return false;
        }
        return isNew(job);
    }

    private void cancel(Token token) {
        Entry known = completed.find(token);
        if (known instanceof Job job) {
            dispatcher.cancel(job);
        } else if (known == null) {
            cancellations.add(token); // it may still be in the queue
        }
    }

    /** Whether the job has to be done; if not, it has its answer, or waits for it. */
    private boolean isNew(Job job) {
        for (Entry known = completed.begin(job); known != null; known = completed.begin(job)) {
            boolean dealtWith = false;
            if (known instanceof Finished finished) {
                answers.repeat(job, finished);
                dealtWith = true;
            } else if (known instanceof Job running) {
                dealtWith = running.follow(job); // else it ended just now: look again
            }
            if (dealtWith) {
                counts.repeated.increment();
                return false;
            }
        }
        return true;
    }

    private void advertise(Advertise advertise) {
        Identity target = advertise.target();
        if (target == null || target.equals(self)) {
            announcer.register();
        }
    }

    /** Why the packet may not be acted on; null if it may. */
    private @Nullable String denial(Packet packet) {
        try {
            if (!(authorizer.authorize(packet) instanceof Decision.Denied denied)) {
                return null;
            }
            if (refusals.count(packet, denied)) {
                LOG.warn(
                        "{} refused a {}: {}; more of its sender by this rule are counted, not reported",
                        self,
                        packet.getClass().getSimpleName(),
                        Printable.of(denied.reason()));
            }
            return denied.reason();
        } catch (RuntimeException e) {
            if (reported.add(e.getClass().getName())) {
                LOG.error("{} authorizer failed, so it denied; more of this kind are not reported", self, e);
            }
            return "the authorizer of %s failed".formatted(self);
        }
    }
}
