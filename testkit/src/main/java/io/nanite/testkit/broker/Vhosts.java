package io.nanite.testkit.broker;

import io.nanite.faultkit.rabbit.Definitions;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Empty vhosts of a broker that many tests share, each handed out once. Any thread. They are made ten at a time, because
 * it is the command that takes time (a third of a second), not the vhost. They go when the broker goes.
 */
final class Vhosts {

    private static final int AT_A_TIME = 10;

    private final RabbitServer server;

    // Both guarded by this.
    private final Deque<String> spare = new ArrayDeque<>();
    private int made;

    Vhosts(RabbitServer server) {
        this.server = server;
    }

    synchronized RabbitVhost next() {
        if (spare.isEmpty()) {
            make();
        }
        return new RabbitVhost(server, spare.removeFirst());
    }

    private void make() {
        for (int i = 0; i < AT_A_TIME; i++) {
            made++;
            spare.addLast(Definitions.VHOST + "-" + made);
        }
        // import_definitions would be the official way, but it returns before the vhosts are there.
        server.rabbitmqctl("eval", """
                [begin
                   rabbit_vhost:add(V, <<"testkit">>),
                   [rabbit_auth_backend_internal:set_permissions(U, V, <<".*">>, <<".*">>, <<".*">>, <<"testkit">>) || U <- %s]
                 end || V <- %s].
                """.formatted(binaries(Definitions.USERS), binaries(spare)));
    }

    private static String binaries(Iterable<String> names) {
        StringBuilder list = new StringBuilder("[");
        for (String name : names) {
            list.append(list.length() == 1 ? "" : ", ")
                    .append("<<\"")
                    .append(name)
                    .append("\">>");
        }
        return list.append("]").toString();
    }
}
