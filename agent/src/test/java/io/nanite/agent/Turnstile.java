package io.nanite.agent;

import java.util.concurrent.Semaphore;

/** Where actors that a test has compiled meet the test. */
public final class Turnstile {

    static final Semaphore ENTERED = new Semaphore(0);
    static final Semaphore PASSES = new Semaphore(0);

    private Turnstile() {}

    /** Says that somebody is there, and waits until he may go on. */
    public static void pass() throws InterruptedException {
        ENTERED.release();
        PASSES.acquire();
    }
}
