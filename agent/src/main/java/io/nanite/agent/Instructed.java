package io.nanite.agent;

import io.nanite.core.NaniteException;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.Outcome;
import io.nanite.core.packet.Printable;
import io.nanite.core.packet.Result;
import io.nanite.core.packet.Verdict;
import io.nanite.core.transport.PacketSender;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Does what mappers tell the agent to do with itself, one thing at a time, and answers. Any thread may hand over. */
final class Instructed {

    private static final Logger LOG = LoggerFactory.getLogger(Instructed.class);

    /** In characters; virtual threads are not in it. */
    private static final int LONGEST_DUMP = 256 * 1024;

    /** Who looks on asks for these each second. */
    private static final Set<String> LOOKS = Set.of("ping", "figures");

    private final Identity self;
    private final PacketSender sender;
    private final ExecutorService thread;
    private final Map<String, Action> actions;

    /** Something that an agent can be told to do. */
    @FunctionalInterface
    interface Action {

        /** Does it; what it returns is the answer. */
        @Nullable
        Object run(@Nullable String argument);
    }

    /** What is to be done runs on this thread, which it owns. */
    Instructed(Identity self, PacketSender sender, ExecutorService thread, Map<String, Action> actions) {
        this.self = self;
        this.sender = sender;
        this.thread = thread;
        this.actions = Map.copyOf(actions);
    }

    void accept(Instruct instruct) {
        try {
            thread.execute(() -> answer(instruct, outcome(instruct)));
        } catch (RejectedExecutionException e) {
            LOG.debug("{} closes, and does nothing more that it is told", self);
        }
    }

    /** The policy would not have it. */
    void deny(Instruct instruct, String reason) {
        answer(instruct, new Outcome.Failure(Verdict.REFUSED, "Refused", reason));
    }

    private Outcome outcome(Instruct instruct) {
        Action action = actions.get(instruct.action());
        if (action == null) {
            return new Outcome.Failure(
                    Verdict.REFUSED,
                    "UnknownAction",
                    "action: %s (expected: one of %s)"
                            .formatted(instruct.action(), String.join(", ", new TreeSet<>(actions.keySet()))));
        }
        try {
            LOG.atLevel(LOOKS.contains(instruct.action()) ? Level.DEBUG : Level.INFO)
                    .log("{} is told by {}: {}", self, instruct.from(), instruct.action());
            return Outcome.success(action.run(instruct.argument()));
        } catch (NaniteException e) {
            return Outcome.failure(e);
        } catch (RuntimeException e) {
            LOG.error("{} could not {}", self, instruct.action(), e);
            return Outcome.failure(e);
        }
    }

    private void answer(Instruct instruct, Outcome outcome) {
        try {
            sender.answerMapper(new Result(instruct.token(), instruct.from(), self, outcome, -1));
        } catch (RuntimeException e) {
            LOG.warn("{} could not answer {}: {}", self, instruct.from(), Printable.of(String.valueOf(e.getMessage())));
        }
    }

    void close() {
        thread.shutdown();
    }

    /** All threads of this process and where they are, by name; cut where it becomes too long. */
    static String threads() {
        StringBuilder dump = new StringBuilder();
        Map<String, StackTraceElement[]> stacks = new TreeMap<>();
        Thread.getAllStackTraces()
                .forEach((thread, stack) ->
                        stacks.put("\"%s\" %s".formatted(Printable.of(thread.getName()), thread.getState()), stack));
        stacks.forEach((name, stack) -> {
            dump.append(name).append('\n');
            for (StackTraceElement at : stack) {
                dump.append("    at ").append(at).append('\n');
            }
        });
        if (dump.length() > LONGEST_DUMP) {
            dump.setLength(LONGEST_DUMP);
            dump.append("… cut after %d characters%n".formatted(LONGEST_DUMP));
        }
        return dump.toString();
    }
}
