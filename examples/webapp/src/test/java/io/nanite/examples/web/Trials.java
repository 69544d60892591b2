package io.nanite.examples.web;

import io.nanite.agent.actor.Actor;
import io.nanite.agent.actor.ActorContext;
import io.nanite.agent.actor.Expose;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;

/** An actor that does what tests need: waits to be let go, is stopped, tells a great deal. */
@Actor
final class Trials {

    private final CountDownLatch gate = new CountDownLatch(1);
    private final CompletableFuture<String> stopped = new CompletableFuture<>();
    private final CompletableFuture<Integer> talked = new CompletableFuture<>();

    /** Takes no thread while it waits. */
    @Expose
    CompletableFuture<String> held(int number, ActorContext job) {
        job.progress("begun", number);
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        gate.await();
                        return "let go " + number;
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                        return "interrupted";
                    }
                },
                task -> {
                    Thread thread = new Thread(task, "held-" + number);
                    thread.setDaemon(true);
                    thread.start();
                });
    }

    /** Ends only by being cancelled. */
    @Expose
    String endless(ActorContext job) throws InterruptedException {
        job.progress("begun", true);
        try {
            new CountDownLatch(1).await();
            return "never";
        } catch (InterruptedException e) {
            stopped.complete("interrupted");
            throw e;
        }
    }

    /** So many kilobytes of news. */
    @Expose
    int talk(int kilobytes, ActorContext job) {
        String kilobyte = "x".repeat(1_000);
        for (int i = 0; i < kilobytes; i++) {
            job.progress("word", kilobyte);
        }
        talked.complete(kilobytes);
        return kilobytes;
    }

    @Expose
    String denied() {
        return "never";
    }

    void letGo() {
        gate.countDown();
    }

    CompletableFuture<Integer> talked() {
        return talked;
    }

    CompletableFuture<String> stopped() {
        return stopped;
    }
}
