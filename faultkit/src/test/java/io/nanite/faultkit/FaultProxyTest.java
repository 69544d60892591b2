package io.nanite.faultkit;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.faultkit.FaultProxy.Direction;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FaultProxyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** For what must not come: long enough to be sure, on a loopback. */
    private static final int SILENCE_MILLIS = 200;

    private final List<Socket> sockets = new ArrayList<>();
    private EchoServer server;
    private FaultProxy proxy;

    @BeforeEach
    void open() throws IOException {
        server = new EchoServer();
        proxy = FaultProxy.before("127.0.0.1", server.port());
    }

    @AfterEach
    void close() throws Exception {
        for (Socket socket : sockets) {
            socket.close();
        }
        proxy.close();
        server.close();
    }

    private Socket connect() throws IOException, InterruptedException {
        int before = proxy.links();
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
        socket.setSoTimeout((int) PATIENCE.toMillis());
        sockets.add(socket);
        assertThat(proxy.awaitLinks(before + 1, PATIENCE)).isTrue();
        return socket;
    }

    private static void say(Socket socket, String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private static String hear(Socket socket, int length) throws IOException {
        return new String(socket.getInputStream().readNBytes(length), US_ASCII);
    }

    private static void hearNothing(Socket socket) throws IOException {
        socket.setSoTimeout(SILENCE_MILLIS);
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketTimeoutException.class);
        socket.setSoTimeout((int) PATIENCE.toMillis());
    }

    @Test
    void bytesGoThroughBothWays() throws Exception {
        Socket socket = connect();
        say(socket, "hello");
        assertThat(hear(socket, 5)).isEqualTo("hello");
    }

    @Test
    void theEndOfOneSideIsTheEndOfTheOther() throws Exception {
        connect().close();
        assertThat(server.ends.poll(20, TimeUnit.SECONDS)).isEqualTo("end");
        Awaitility.await().until(() -> proxy.links() == 0);
    }

    @Test
    void whatIsHeldGoesOnWhenTheNetworkIsBack() throws Exception {
        Socket socket = connect();
        proxy.order(new Fault.Stall());
        say(socket, "held");
        hearNothing(socket);
        proxy.pass();
        assertThat(hear(socket, 4)).isEqualTo("held");
    }

    @Test
    void aDelayDelays() throws Exception {
        Socket socket = connect();
        proxy.order(Direction.TO_CLIENT, new Fault.Delay(Duration.ofMillis(150)));
        long before = System.nanoTime();
        say(socket, "late");
        assertThat(hear(socket, 4)).isEqualTo("late");
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void aRateIsKept() throws Exception {
        Socket socket = connect();
        proxy.order(Direction.TO_SERVER, new Fault.Rate(10_000));
        long before = System.nanoTime();
        say(socket, "x".repeat(3_000));
        assertThat(hear(socket, 3_000)).hasSize(3_000);
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(Duration.ofMillis(290), Duration.ofSeconds(5));
    }

    @Test
    void aBlackHoleTakesEverythingAndSaysNothing() throws Exception {
        Socket socket = connect();
        proxy.order(new Fault.Blackhole());
        say(socket, "gone");
        hearNothing(socket);
        proxy.pass();
        say(socket, "what comes now is no stream any more");
        hearNothing(socket);

        Socket other = connect();
        say(other, "new links are sound");
        assertThat(hear(other, 19)).isEqualTo("new links are sound");
    }

    @Test
    void linksThatAreBlackenedStaySoAndNewOnesAreSound() throws Exception {
        Socket socket = connect();
        proxy.blacken();
        say(socket, "gone");
        hearNothing(socket);
        Socket other = connect();
        say(other, "sound");
        assertThat(hear(other, 5)).isEqualTo("sound");
        assertThat(proxy.blackLinks()).isOne();
    }

    @Test
    void throughABlackHoleNobodyHearsThatTheOtherIsGone() throws Exception {
        Socket socket = connect();
        proxy.order(new Fault.Blackhole());
        socket.close();
        assertThat(server.ends.poll(SILENCE_MILLIS, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void aBlackHoleMayHaveOneDirection() throws Exception {
        Socket socket = connect();
        proxy.order(Direction.TO_CLIENT, new Fault.Blackhole());
        say(socket, "heard");
        hearNothing(socket);
        socket.close();
        assertThat(server.ends.poll(20, TimeUnit.SECONDS)).isEqualTo("end");
    }

    @Test
    void aHalfOpenLinkLooksOpenToTheClient() throws Exception {
        Socket socket = connect();
        say(socket, "there");
        assertThat(hear(socket, 5)).isEqualTo("there");

        proxy.halfOpenForClient();

        assertThat(server.ends.poll(20, TimeUnit.SECONDS)).isNotNull();
        say(socket, "still there?");
        hearNothing(socket);
        socket.close();
        Awaitility.await().until(() -> proxy.links() == 0);
    }

    @Test
    void aHalfOpenLinkLooksOpenToTheServer() throws Exception {
        Socket socket = connect();
        proxy.halfOpenForServer();
        assertThat(socket.getInputStream().read()).isEqualTo(-1);
        assertThat(server.ends.poll(SILENCE_MILLIS, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void aResetIsAReset() throws Exception {
        Socket socket = connect();
        proxy.reset();
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
        assertThat(server.ends.poll(20, TimeUnit.SECONDS)).contains("reset");
    }

    @Test
    void aLinkIsCutAfterSoManyBytes() throws Exception {
        Socket socket = connect();
        proxy.order(Direction.TO_CLIENT, new Fault.Cut(3));
        say(socket, "abcdef");
        assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII)).isEqualTo("abc");
    }

    @Test
    void oneByteIsCorrupted() throws Exception {
        Socket socket = connect();
        say(socket, "before");
        assertThat(hear(socket, 6)).isEqualTo("before");
        proxy.order(Direction.TO_SERVER, new Fault.Corrupt(2));
        say(socket, "aaaa");
        assertThat(hear(socket, 4)).isEqualTo("aa4a");
    }

    @Test
    void whoComesWhileItRefusesIsRefusedAndLaterLetIn() throws Exception {
        Socket before = connect();
        proxy.refuse();
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), proxy.port()).close())
                .isInstanceOf(ConnectException.class);
        say(before, "not me");
        assertThat(hear(before, 6)).isEqualTo("not me");

        proxy.accept();
        Socket after = connect();
        say(after, "again");
        assertThat(hear(after, 5)).isEqualTo("again");
    }

    @Test
    void whereNobodyIsTheLinkEndsAtOnce() throws Exception {
        server.close();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port())) {
            assertThat(socket.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void noThreadIsLeftWhateverWasOrdered() throws Exception {
        for (Fault fault : List.of(
                new Fault.Stall(),
                new Fault.Blackhole(),
                new Fault.Delay(Duration.ofHours(1)),
                new Fault.Rate(1),
                new Fault.Pass())) {
            Socket socket = connect();
            proxy.order(fault);
            say(socket, "some bytes");
        }
        connect();
        proxy.halfOpenForClient();
        proxy.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("fault-proxy-" + server.port() + "-"));
        assertThatThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), proxy.port()).close())
                .isInstanceOf(ConnectException.class);
    }

    @Test
    void ordersThatMakeNoSenseAreRefused() {
        assertThatThrownBy(() -> new Fault.Rate(0)).hasMessage("rate: 0 (expected: at least 1)");
        assertThatThrownBy(() -> new Fault.Cut(-1)).hasMessage("cut after: -1 (expected: at least 0)");
        assertThatThrownBy(() -> new Fault.Corrupt(-1)).hasMessage("corrupt at: -1 (expected: at least 0)");
        assertThatThrownBy(() -> new Fault.Delay(Duration.ofMillis(-1))).hasMessageStartingWith("delay: PT-0.001S");
    }
}
