package io.nanite.embedded;

import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.security.auth.Subject;
import org.apache.qpid.server.configuration.updater.TaskExecutor;
import org.apache.qpid.server.configuration.updater.TaskExecutorImpl;
import org.apache.qpid.server.logging.EventLogger;
import org.apache.qpid.server.logging.LoggingMessageLogger;
import org.apache.qpid.server.model.Broker;
import org.apache.qpid.server.model.Container;
import org.apache.qpid.server.model.Port;
import org.apache.qpid.server.model.SystemConfig;
import org.apache.qpid.server.model.VirtualHostNode;
import org.apache.qpid.server.security.SubjectExecutionContext;
import org.apache.qpid.server.security.auth.TaskPrincipal;
import org.apache.qpid.server.store.MemorySystemConfigImpl;
import org.apache.qpid.server.util.urlstreamhandler.data.Handler;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Broker-J at work. Does what Broker-J's own {@code SystemLauncher} does, without its prints to stdout, its system
 * properties, and the threads that it leaves behind when it fails. Not thread-safe: {@link EmbeddedBroker} guards it.
 */
final class RunningBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningBroker.class);
    private static final long CLOSE_SECONDS = 30;
    private static final long FLOW_RELEASE_MILLIS = 100;

    private final Principal principal = new SystemPrincipal();
    private final TaskExecutorImpl tasks;
    private final MemorySystemConfigImpl system;
    private @Nullable ScheduledFuture<?> flowRelease;

    /** Makes the root of all and one thread, which {@link #close} ends. */
    private RunningBroker(String configurationLocation) {
        tasks = new TaskExecutorImpl();
        system = new MemorySystemConfigImpl(
                tasks,
                new EventLogger(new LoggingMessageLogger(true)),
                principal,
                Map.of(
                        SystemConfig.TYPE,
                        MemorySystemConfigImpl.SYSTEM_CONFIG_TYPE,
                        SystemConfig.INITIAL_CONFIGURATION_LOCATION,
                        configurationLocation,
                        SystemConfig.STARTUP_LOGGED_TO_SYSTEM_OUT,
                        false,
                        // What a user of the management console likes to see. It would be kept in the working
                        // directory.
                        "preferenceStoreAttributes",
                        "{\"type\":\"Noop\"}"));
    }

    /** Returns when it listens; throws, with nothing left behind, when it cannot. */
    static RunningBroker start(InitialConfiguration configuration) {
        Handler.register();
        RunningBroker broker = new RunningBroker(configuration.location());
        try {
            broker.open();
            return broker;
        } catch (RuntimeException | Error e) {
            broker.close();
            throw e;
        }
    }

    private void open() {
        Subject startup = new Subject(true, Set.of(principal, new TaskPrincipal("Broker")), Set.of(), Set.of());
        SubjectExecutionContext.withSubjectUnchecked(startup, () -> {
            system.open();
            return true;
        });
        watchFlow();
    }

    private void watchFlow() {
        if (system.getContainer() instanceof Broker<?> broker) {
            broker.getChildren(VirtualHostNode.class)
                    .forEach(node -> flowRelease = broker.scheduleHouseKeepingTask(
                            FLOW_RELEASE_MILLIS, TimeUnit.MILLISECONDS, new FlowRelease(node.getVirtualHost())));
        }
    }

    /** The port that it listens on. */
    int port() {
        for (Port<?> port : system.getContainer().getChildren(Port.class)) {
            return port.getBoundPort();
        }
        throw new IllegalStateException("embedded broker: no port (expected: the one that was configured)");
    }

    @Override
    public void close() {
        List<TaskExecutor> nodeTasks = nodeTasks();
        if (flowRelease != null) {
            flowRelease.cancel(false);
        }
        try {
            system.closeAsync().get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            LOG.warn("Interrupted while the embedded broker closes: it goes on closing by itself");
        } catch (TimeoutException e) {
            LOG.warn("The embedded broker has not closed within {} s: left to itself", CLOSE_SECONDS, e);
        } catch (ExecutionException e) {
            LOG.warn("The embedded broker did not close cleanly: {}", BrokerStartException.reason(e));
            LOG.debug("The embedded broker did not close cleanly", e);
        } finally {
            nodeTasks.forEach(TaskExecutor::stop);
            tasks.stop();
        }
    }

    /** A node whose store cannot be closed, because it never opened, forgets to stop these. */
    private List<TaskExecutor> nodeTasks() {
        Container<?> broker = system.getContainer();
        return broker == null
                ? List.of()
                : broker.getChildren(VirtualHostNode.class).stream()
                        .map(node -> node.getChildExecutor())
                        .toList();
    }

    /** Who Broker-J's own tasks are. */
    private static final class SystemPrincipal implements Principal {
        @Override
        public String getName() {
            return "SYSTEM";
        }
    }
}
