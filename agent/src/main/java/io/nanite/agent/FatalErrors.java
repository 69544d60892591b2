package io.nanite.agent;

/**
 * Told that the virtual machine itself failed under a job: out of memory, or broken. The job is not settled, so that it comes
 * again elsewhere, unless that was {@linkplain AgentConfig.Ack#EARLY done before}; this process should end, and what binds
 * this says how. Called on the worker's thread.
 */
@FunctionalInterface
public interface FatalErrors {

    void fatal(VirtualMachineError error);
}
