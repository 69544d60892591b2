package io.nanite.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** {@link BrokerMain} in a child process, which ends with us. */
final class BrokerProcess implements AutoCloseable {

    private final Process process;
    private final BufferedReader output;
    private final String uri;

    private BrokerProcess(Process process) throws IOException {
        this.process = process;
        output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        if (line == null) {
            throw new IOException("the broker's process ended before it listened");
        }
        uri = line;
    }

    static BrokerProcess start(Path workingFolder, List<String> jvmOptions, Object... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BrokerMain.class.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return new BrokerProcess(new ProcessBuilder(command)
                .directory(workingFolder.toFile())
                .redirectErrorStream(true)
                .start());
    }

    /** Whatever it printed before it listened: the address, if it printed nothing else. */
    String uri() {
        return uri;
    }

    /** With no warning, as {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** In good order. Returns what it printed after the address. */
    List<String> stop() throws IOException, InterruptedException {
        process.getOutputStream().close();
        List<String> rest = output.lines().toList();
        assertThat(process.waitFor(90, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return rest;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
