package io.nanite.cli;

/** Ends in good order what a signal ends: TERM and INT run these before the process goes. */
final class Shutdown {

    private Shutdown() {}

    /** Closes it when the process is told to end. Closing twice must do nothing. */
    static void closing(AutoCloseable open) {
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            try {
                                open.close();
                            } catch (Exception e) {
                                System.err.println("closing failed: " + e.getMessage());
                            }
                        },
                        "shutdown"));
    }
}
