package io.nanite.cli;

import io.nanite.agent.Agent;
import io.nanite.agent.AgentConfig;
import io.nanite.agent.AgentModule;
import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.Expose;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Identity;
import io.nanite.core.serializer.Formats;
import io.nanite.core.serializer.Serializer;
import io.nanite.rabbitmq.RabbitConfig;
import io.nanite.rabbitmq.RabbitTransport;
import io.nanite.secure.CertificateFolder;
import io.nanite.secure.SecureConfig;
import io.nanite.secure.SecureSerializer;
import io.nanite.secure.SessionLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** An agent with sessions, alone in its process so that it can be killed: broker, name, folder of certificates. */
final class SessionAgent {

    static final String UP = "session agent is up";

    private SessionAgent() {}

    /** What is asked; what takes its time waits in the queue. */
    @Actor("simple")
    static final class Simple {

        @Expose
        Object echo(Object payload) {
            return payload;
        }

        /** Ends the process that runs it. */
        @Expose
        Object fatal(Object payload) {
            Runtime.getRuntime().halt(9);
            return payload;
        }

        @Expose
        Object slow(Object payload) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            return payload;
        }
    }

    static SecureSerializer serializer(Path folder, Identity identity, SessionLimits limits) {
        CertificateFolder certificates = new CertificateFolder(folder);
        return new SecureSerializer(
                Formats.json(),
                SecureConfig.of("shop", certificates.authorities()).withSessions(limits),
                certificates.credentials(identity, null),
                certificates.members(),
                TimeSource.system());
    }

    static Agent start(String uri, Identity identity, Serializer serializer) {
        return Agent.start(
                AgentConfig.of(identity).withPingTime(Duration.ofMillis(500)),
                new RabbitTransport(RabbitConfig.of(uri)),
                new AgentModule() {
                    @Override
                    protected void configure() {
                        serializer(serializer);
                        actor(new Simple());
                    }
                });
    }

    /** Runs until it is killed. */
    public static void main(String[] args) throws InterruptedException {
        Identity identity = Identity.agent(args[1]);
        start(args[0], identity, serializer(Path.of(args[2]), identity, SessionLimits.DEFAULT));
        System.out.println(UP);
        Thread.currentThread().join();
    }
}
