package io.nanite.cli;

import io.nanite.core.ConfigException;
import io.nanite.core.NaniteException;
import io.nanite.core.transport.AuthenticationRefused;
import io.nanite.core.transport.BrokerBlocked;
import io.nanite.core.transport.BrokerUnavailable;
import io.nanite.core.transport.PermissionRefused;
import io.nanite.core.transport.QueueInUse;
import io.nanite.core.transport.TopologyMismatch;
import io.nanite.embedded.BrokerStartException;
import io.nanite.mapper.NoAgentException;
import io.nanite.mapper.UnknownAgentException;
import io.nanite.mapper.UnknownSelectorException;
import io.nanite.secure.CertificateException;

/** What a command ends with. Part of the interface: scripts depend on the numbers. */
enum ExitCode {
    OK(0, "done"),
    FAILED(1, "an agent failed, or did not answer in time; of the doctor: something could be better"),
    USAGE(2, "a flag, a setting or a file is wrong"),
    NO_BROKER(3, "no broker answers, it takes no messages, or the embedded one could not start"),
    REFUSED(4, "the broker refused the login, the vhost, or a permission"),
    TOPOLOGY(5, "a queue or exchange exists already and is not what it must be"),
    NO_AGENT(6, "no live agent can do it"),
    STATE(7, "what is to start runs already, or what is to end or to answer does not run"),
    INTERNAL(70, "a defect: please report it");

    private final int code;
    private final String meaning;

    ExitCode(int code, String meaning) {
        this.code = code;
        this.meaning = meaning;
    }

    int code() {
        return code;
    }

    String meaning() {
        return meaning;
    }

    static ExitCode of(NaniteException error) {
        if (error instanceof ConfigException
                || error instanceof UnknownSelectorException
                || error instanceof CertificateException) {
            return USAGE;
        }
        if (error instanceof AuthenticationRefused
                || error instanceof PermissionRefused
                || error instanceof QueueInUse) {
            return REFUSED;
        }
        if (error instanceof TopologyMismatch) {
            return TOPOLOGY;
        }
        if (error instanceof BrokerUnavailable
                || error instanceof BrokerBlocked
                || error instanceof BrokerStartException) {
            return NO_BROKER;
        }
        if (error instanceof AlreadyRunningException || error instanceof NotRunningException) {
            return STATE;
        }
        if (error instanceof NoAgentException || error instanceof UnknownAgentException) {
            return NO_AGENT;
        }
        return FAILED;
    }
}
