package io.nanite.cli;

import io.nanite.mapper.selector.Selectors;
import java.util.Iterator;
import java.util.List;

/** What may be chosen where a flag takes one of a few words, for shells that complete them. */
final class Choices {

    private Choices() {}

    /** How much a log says. */
    static final class Levels extends Words {
        Levels() {
            super("fatal", "error", "warn", "info", "debug", "trace");
        }
    }

    /** How packets are written. */
    static final class Formats extends Words {
        Formats() {
            super("json", "smile", "secure");
        }
    }

    /** When a job is settled. */
    static final class Acks extends Words {
        Acks() {
            super("late", "early");
        }
    }

    /** What durable queues are. */
    static final class QueueTypes extends Words {
        QueueTypes() {
            super("classic", "quorum");
        }
    }

    /** Who of several agents gets a request. */
    static final class SelectorNames extends Words {
        SelectorNames() {
            super(Selectors.LEAST_LOADED, Selectors.RANDOM, Selectors.ROUND_ROBIN, Selectors.ALL);
        }
    }

    /** What can be completed. */
    static final class Shells extends Words {
        Shells() {
            super("bash", "zsh", "fish");
        }
    }

    private abstract static class Words implements Iterable<String> {

        private final List<String> words;

        Words(String... words) {
            this.words = List.of(words);
        }

        @Override
        public Iterator<String> iterator() {
            return words.iterator();
        }
    }
}
