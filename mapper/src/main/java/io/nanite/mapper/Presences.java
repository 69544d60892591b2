package io.nanite.mapper;

import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Advertise;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Ping;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Register;
import io.nanite.core.packet.Status;
import io.nanite.core.packet.UnRegister;
import io.nanite.core.packet.Vitals;
import io.nanite.core.transport.PacketSender;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the registry true to who is alive. Runs on the loop. */
final class Presences {

    private static final Logger LOG = LoggerFactory.getLogger(Presences.class);

    /** An agent that holds a request for longer is asked whether it is there. */
    private static final long PATIENCE = Duration.ofMillis(300).toNanos();

    /** How often it is asked. */
    private static final long PROBE_EVERY = Duration.ofMillis(500).toNanos();

    /** Who said goodbye has at most so long to finish; that is twice the longest grace anybody should need. */
    private static final long LONGEST_GOODBYE = Duration.ofMinutes(2).toNanos();

    /** How often one that was drained is asked whether it is still there. */
    private static final long PROBE_DRAINED_EVERY = Duration.ofSeconds(5).toNanos();

    /** How often an agent that pings and is not known is asked to register. */
    private static final long ASK_EVERY = Duration.ofSeconds(1).toNanos();

    /**
     * When our link stands again, so long the links of others may take: the longest pause between two of their attempts is
     * 5 s.
     */
    private static final Duration RETURN = Duration.ofSeconds(6);

    private final MapperConfig config;
    private final TimeSource time;
    private final Registry registry;
    private final JobLedger jobs;
    private final Chooser chooser;
    private final Router router;
    private final PacketSender sender;
    private final Announcements announcements;
    private final Watch watch;
    private final Departures departures;

    /** Agents that were asked to register, and when. */
    private final Map<Identity, Long> asked = new HashMap<>();

    /** Agents that said goodbye and finish what they have begun. */
    private final Map<Identity, Leaving> leaving = new HashMap<>();

    private static final class Leaving {

        private final AgentEntry agent;
        private final long since;

        /** Whether its queue is being taken. */
        private boolean taking;

        Leaving(AgentEntry agent, long since) {
            this.agent = agent;
            this.since = since;
        }
    }

    private boolean linked = true;
    private boolean blocked;

    Presences(
            MapperConfig config,
            TimeSource time,
            Registry registry,
            JobLedger jobs,
            Chooser chooser,
            Router router,
            PacketSender sender,
            Announcements announcements,
            Departures departures,
            Watch watch) {
        this.config = config;
        this.time = time;
        this.registry = registry;
        this.jobs = jobs;
        this.chooser = chooser;
        this.router = router;
        this.sender = sender;
        this.announcements = announcements;
        this.departures = departures;
        this.watch = watch;
    }

    /** Who in this mapper cares when agents come and die. Called on the loop. */
    interface Watch {

        /** It is here, or offers something else than before. */
        void came(AgentEntry agent);

        /** It went without a word: its queue may hold work. */
        void died(AgentEntry agent);

        /** It said goodbye and is gone: its queue holds what it gave back. {@link #taken} follows. */
        void left(AgentEntry agent);
    }

    void accept(Presence presence) {
        if (presence instanceof Register register) {
            registered(register);
        } else if (presence instanceof Ping ping) {
            pinged(ping);
        } else if (presence instanceof UnRegister gone) {
            unregistered(gone.identity());
        }
    }

    private void registered(Register register) {
        Identity identity = register.identity();
        asked.remove(identity);
        back(identity);
        AgentEntry before = registry.find(identity);
        if (before != null
                && before.sameLife(register.vitals())
                && before.offers(register.services(), register.tags())) {
            seen(before, register.status(), register.vitals());
            return;
        }
        AgentEntry agent = new AgentEntry(
                identity, register.services(), register.tags(), register.status(), register.vitals(), time.nanos());
        registry.put(agent);
        LOG.info("{} is here with {} services", identity, register.services().size());
        announcements.registered(identity);
        router.came(agent, before != null && before.sameLife(register.vitals()));
        watch.came(agent);
    }

    private void pinged(Ping ping) {
        AgentEntry agent = registry.find(ping.identity());
        if (agent == null) {
            ask(ping.identity(), ping.vitals());
        } else {
            seen(agent, ping.status(), ping.vitals());
        }
    }

    private void seen(AgentEntry agent, Status status, Vitals vitals) {
        boolean suspected = agent.isSuspect();
        agent.seen(status, vitals, time.nanos());
        if (suspected) {
            registry.changed(agent);
            announcements.recovered(agent.identity());
        }
    }

    /** Whether the agent is known and gets nothing new. Any thread. */
    boolean suspects(Identity identity) {
        AgentEntry agent = registry.find(identity);
        return agent != null && agent.isSuspect();
    }

    /** It has done something: it lives. */
    void answered(Identity identity) {
        AgentEntry agent = registry.find(identity);
        if (agent != null) {
            heard(agent, time.nanos());
        }
    }

    /** As if it had spoken now. */
    private void heard(AgentEntry agent, long now) {
        boolean suspected = agent.isSuspect();
        agent.heardAt(now);
        if (suspected) {
            registry.changed(agent);
            announcements.recovered(agent.identity());
        }
    }

    private void suspect(AgentEntry agent) {
        boolean suspected = agent.isSuspect();
        agent.suspect(time.nanos());
        if (!suspected) {
            registry.changed(agent);
            announcements.suspected(agent.identity());
        }
    }

    private void ask(Identity stranger, Vitals vitals) {
        long now = time.nanos();
        Long last = asked.get(stranger);
        if (last != null && now - last < ASK_EVERY) {
            return;
        }
        asked.put(stranger, now);
        if (vitals.boot() != null) {
            sender.tellControl(stranger, new Advertise(stranger));
        } else {
            sender.tell(stranger, new Advertise(stranger)); // one in another language has only its work queue
        }
    }

    private void unregistered(Identity identity) {
        AgentEntry agent = registry.find(identity);
        if (agent != null && registry.remove(agent)) {
            LOG.info("{} has left", identity);
            departures.left(agent, agent.view(time.nanos()));
            announcements.unregistered(identity);
            // It finishes what it has begun and answers: that is not for another until it is gone.
            agent.leaving(true);
            leaving.put(identity, new Leaving(agent, time.nanos()));
            if (!agent.hasControl()) {
                gone(identity);
            }
        }
    }

    /** It may not offer what it says: whatever it was before, it gets nothing new. What it has begun it may finish. */
    void refused(Identity identity) {
        asked.remove(identity);
        unregistered(identity);
    }

    /** If it was leaving, it is here again in a new life, and reads what it gave back in the old one. */
    private void back(Identity identity) {
        departures.back(identity);
        Leaving left = leaving.remove(identity);
        if (left != null) {
            left.agent.leaving(false);
        }
    }

    /**
     * An agent that said goodbye has gone. What it gave back lies in its queue, for its next life to do: only when the queue is
     * out of that life's reach may others be asked, or both would do it.
     */
    private void gone(Identity identity) {
        Leaving left = leaving.get(identity);
        if (left == null) {
            return;
        }
        if (left.taking) {
            handOver(left);
        } else {
            left.taking = true;
            watch.left(left.agent);
        }
    }

    /**
     * The queue of an agent that has left was taken, or somebody else reads it: another mapper, or the next life of the agent.
     * That has a control queue before it reads, so a question that comes back says which.
     */
    void taken(AgentEntry agent, boolean inUse) {
        Leaving left = leaving.get(agent.identity());
        if (left == null || left.agent != agent) {
            return;
        }
        if (inUse && agent.hasControl()) {
            ask(agent);
        } else {
            handOver(left);
        }
    }

    /** What it has not answered is for others. */
    private void handOver(Leaving left) {
        leaving.remove(left.agent.identity());
        left.agent.leaving(false);
        router.reroute(left.agent, "has left");
    }

    /** Its queue, or the queue that lives and dies with its connection, does not exist. */
    void missing(Identity identity, boolean workQueue) {
        AgentEntry agent = registry.find(identity);
        if (agent == null) {
            if (!workQueue) {
                departures.disconnected(identity);
            }
            gone(identity);
            return;
        }
        boolean sure = agent.isSuspect() && !chooser.awaitsReturns();
        if (workQueue || sure) {
            lost(agent, workQueue ? "has no queue any more" : "is not connected any more");
        } else {
            // It may just be connecting again: no new work if others can, and a second question.
            suspect(agent);
        }
    }

    private void lost(AgentEntry agent, String why) {
        if (registry.remove(agent)) {
            LOG.warn("{} {}", agent.identity(), why);
            AgentView last = agent.view(time.nanos());
            announcements.timedOut(agent.identity());
            router.reroute(agent, why);
            departures.died(agent, last, Math.max(0, last.inFlight() - agent.inFlight()));
            watch.died(agent);
        }
    }

    /**
     * An agent that is silent for the time-out gets nothing new and is asked to speak; one that then stays silent for half
     * as long again is dead. Called every now and then.
     */
    void expire() {
        if (isDeaf()) {
            return;
        }
        long now = time.nanos();
        long timeout = config.agentTimeout().toNanos();
        for (AgentEntry agent : registry.all()) {
            long silent = now - agent.lastSeen();
            if (silent > timeout + timeout / 2) {
                lost(
                        agent,
                        "has been silent for %d s"
                                .formatted(Duration.ofNanos(silent).toSeconds()));
            } else if (silent > timeout && !agent.isSuspect()) {
                LOG.info(
                        "{} has been silent for {} s: asking",
                        agent.identity(),
                        config.agentTimeout().toSeconds());
                suspect(agent);
                ask(agent.identity(), agent.vitals());
            }
        }
        asked.values().removeIf(when -> now - when > ASK_EVERY);
        departures.forget();
    }

    /**
     * Asks the agents that take their time whether they are there. A question to the queue that dies with the agent's
     * connection comes back at once if it is dead, so that a killed agent is known in a moment and not after its time-out.
     */
    void probe() {
        if (isDeaf()) {
            return;
        }
        long now = time.nanos();
        for (OpenJob job : jobs.all()) {
            if (now - job.since() > PATIENCE) {
                job.waiting().forEach(agent -> probe(agent, now));
            }
        }
        for (AgentEntry agent : registry.all()) {
            if (agent.isSuspect()) {
                probe(agent, now);
            }
        }
        for (Leaving left : List.copyOf(leaving.values())) {
            if (now - left.since > LONGEST_GOODBYE) {
                gone(left.agent.identity());
            } else {
                probe(left.agent, now);
            }
        }
        for (AgentEntry drained : departures.connected()) {
            if (drained.mayProbe(now, PROBE_DRAINED_EVERY)) {
                ask(drained);
            }
        }
    }

    private void probe(AgentEntry agent, long now) {
        if (agent.hasControl() && agent.mayProbe(now, PROBE_EVERY)) {
            ask(agent);
        }
    }

    /** A question that nobody need answer: it comes back if the agent is not connected. */
    private void ask(AgentEntry agent) {
        sender.tellControl(agent.identity(), new Ping(config.identity(), Status.UNKNOWN, Vitals.UNKNOWN));
    }

    /** Whoever hears nothing itself, or whom nobody can tell anything, cannot say who is silent. */
    private boolean isDeaf() {
        return !linked || blocked;
    }

    void disconnected() {
        linked = false;
    }

    /** The broker takes nothing, from anybody: agents cannot say that they live. */
    void blocked() {
        blocked = true;
    }

    /** The broker takes messages again: everybody gets a new chance to be heard. */
    void unblocked() {
        blocked = false;
        hearEverybody();
    }

    /** One of our queues was gone, and what was sent to it with it. After a broken link {@link #connected} follows. */
    void rebuilt() {
        if (linked) {
            connected();
        }
    }

    /** The link stands, for the first time or again: then everybody gets a new chance to be heard, and to come back. */
    void connected() {
        if (!linked) {
            chooser.awaitReturns(RETURN);
        }
        linked = true;
        hearEverybody();
        discover();
        router.resendAll();
    }

    /** Asks all agents to register. */
    void discover() {
        sender.tellAgents(new Advertise(null));
    }

    private void hearEverybody() {
        long now = time.nanos();
        registry.all().forEach(agent -> heard(agent, now));
    }
}
