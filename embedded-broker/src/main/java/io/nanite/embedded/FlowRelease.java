package io.nanite.embedded;

import org.apache.qpid.server.model.Queue;
import org.apache.qpid.server.model.VirtualHost;
import org.apache.qpid.server.session.AMQPSession;
import org.apache.qpid.server.transport.AMQPConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets publishers go on who wait for a queue that is no longer full. Runs every now and then on Broker-J's housekeeping
 * thread.
 *
 * <p>Broker-J 10.1 forgets some of them: its {@code ProducerFlowControlOverflowPolicyHandler} first unblocks a session and
 * then strikes it off the list of the blocked; if the session fills the queue again in between, it is blocked and not on
 * the list, for ever. Two publishers and a consumer get there within seconds. To unblock once too often does no harm: the
 * next message to a full queue blocks again.
 */
final class FlowRelease implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(FlowRelease.class);

    private final VirtualHost<?> vhost;

    FlowRelease(VirtualHost<?> vhost) {
        this.vhost = vhost;
    }

    @Override
    public void run() {
        try {
            vhost.getConnections().forEach(connection -> {
                if (connection instanceof AMQPConnection<?> amqp) {
                    amqp.getSessionModels().forEach(this::release);
                }
            });
        } catch (RuntimeException e) {
            // Sessions come and go meanwhile. Thrown on, it would end the JVM: that is how Broker-J takes it.
            LOG.debug("Blocked publishers could not be looked at this time", e);
        }
    }

    private void release(AMQPSession<?, ?> session) {
        if (!session.getBlocking()) {
            return;
        }
        vhost.getChildren(Queue.class).forEach(queue -> {
            if (!queue.isQueueFlowStopped() || queue.getQueueDepthMessages() == 0) {
                session.unblock(queue);
            }
        });
    }
}
