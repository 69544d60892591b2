package io.nanite.core.packet;

import io.nanite.core.PerThread;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.function.Consumer;

/** Makes tokens. Safe for use by many threads. */
public final class TokenSource {

    private static final int TOKEN_BYTES = 16;
    private static final HexFormat HEX = HexFormat.of();

    private final Consumer<byte[]> random;
    private final PerThread<Drawn> drawn = new PerThread<>(Drawn::new);

    /** Tokens from the given source of random bytes; a test gives one that repeats. */
    public TokenSource(Consumer<byte[]> random) {
        this.random = random;
    }

    /** Tokens that nobody can guess. */
    public static TokenSource secure() {
        SecureRandom random = new SecureRandom();
        return new TokenSource(random::nextBytes);
    }

    /** A token that was never given out before. */
    public Token next() {
        Drawn mine = drawn.value();
        if (mine.at == mine.bytes.length) {
            random.accept(mine.bytes);
            mine.at = 0;
        }
        int at = mine.at;
        mine.at += TOKEN_BYTES;
        return new Token(HEX.formatHex(mine.bytes, at, at + TOKEN_BYTES));
    }

    /** A secure generator costs most of its time per call, not per byte: one thread's draw for 256 tokens. */
    private static final class Drawn {

        final byte[] bytes = new byte[256 * TOKEN_BYTES];
        int at = bytes.length;
    }
}
