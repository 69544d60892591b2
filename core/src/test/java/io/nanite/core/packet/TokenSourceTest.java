package io.nanite.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class TokenSourceTest {

    @Test
    void aTokenIsOneHundredTwentyEightBitsInHexadecimal() {
        assertThat(TokenSource.secure().next().value()).matches("[0-9a-f]{32}");
    }

    @Test
    void tokensAreWhatTheSourceOfRandomBytesSays() {
        TokenSource tokens = new TokenSource(bytes -> {
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) i;
            }
        });

        assertThat(tokens.next()).hasToString("000102030405060708090a0b0c0d0e0f");
        assertThat(tokens.next()).hasToString("101112131415161718191a1b1c1d1e1f");
    }

    @Test
    void theSameSeedMakesTheSameTokens() {
        assertThat(tokens(new TokenSource(new Random(7)::nextBytes), 600))
                .isEqualTo(tokens(new TokenSource(new Random(7)::nextBytes), 600))
                .doesNotHaveDuplicates();
    }

    @Test
    void noTwoThreadsGetTheSameToken() {
        TokenSource tokens = TokenSource.secure();
        Set<Token> seen = ConcurrentHashMap.newKeySet();

        CompletableFuture<?>[] threads = IntStream.range(0, 4)
                .mapToObj(i -> CompletableFuture.runAsync(() -> seen.addAll(tokens(tokens, 10_000))))
                .toArray(CompletableFuture[]::new);
        Arrays.stream(threads).forEach(CompletableFuture::join);

        assertThat(seen).hasSize(40_000);
    }

    private static List<Token> tokens(TokenSource tokens, int count) {
        return IntStream.range(0, count).mapToObj(i -> tokens.next()).toList();
    }
}
