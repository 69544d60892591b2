package io.nanite.secure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.nanite.core.packet.Identity;
import io.nanite.testkit.ManualTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

final class CertificateStoresTest {

    private static final Identity A1 = Identity.agent("a1");
    private static final Identity M1 = Identity.mapper("m1");

    private final TestAuthority authority = new TestAuthority("shop");
    private final ManualTime time = new ManualTime();

    @Test
    void aFolderGivesAllCertificatesOfAMember(@TempDir Path folder) throws IOException {
        X509Certificate first = authority.issue(A1).certificate();
        X509Certificate second = authority.issue(A1).certificate();
        X509Certificate mapper = authority.issue(M1).certificate();
        Pem.write(folder.resolve("nanite-a1.pem"), first);
        Pem.write(folder.resolve("nanite-a1.2.pem"), second);
        Pem.write(folder.resolve("mapper-m1.pem"), mapper);
        Pem.write(folder.resolve("crl.pem"), authority.revoking(first));
        Files.writeString(folder.resolve("README"), "not a certificate");

        DirectoryCertificates store = new DirectoryCertificates(folder);

        assertThat(store.certificates(A1)).containsExactlyInAnyOrder(first, second);
        assertThat(store.certificates(Identity.agent("a2"))).isEmpty();
        assertThat(store.mappers()).containsExactly(M1);
        X509CRL list = store.revocations();
        assertThat(list).isNotNull();
        assertThat(list != null && list.isRevoked(first)).isTrue();
        assertThat(list != null && list.isRevoked(second)).isFalse();
    }

    @Test
    void aFolderIsReadAgainWholeOrNotAtAll(@TempDir Path folder) throws IOException {
        X509Certificate first = authority.issue(A1).certificate();
        X509Certificate second = authority.issue(A1).certificate();
        Pem.write(folder.resolve("nanite-a1.pem"), first);
        DirectoryCertificates store = new DirectoryCertificates(folder);

        Pem.write(folder.resolve("nanite-a1.pem"), second);
        Pem.write(folder.resolve("mapper-m1.pem"), authority.issue(M1).certificate());
        Files.writeString(folder.resolve("nanite-a3.pem"), "-----BEGIN CERTIFICATE-----\nhalf a file");

        assertThatThrownBy(store::reload)
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("nanite-a3.pem");
        assertThat(store.certificates(A1)).containsExactly(first);
        assertThat(store.mappers()).isEmpty();

        Files.delete(folder.resolve("nanite-a3.pem"));
        store.reload();
        assertThat(store.certificates(A1)).containsExactly(second);
        assertThat(store.mappers()).containsExactly(M1);
    }

    @Test
    void aCertificateInTheFileOfAnotherIsRefused(@TempDir Path folder) throws IOException {
        Pem.write(folder.resolve("nanite-a2.pem"), authority.issue(A1).certificate());

        assertThatThrownBy(() -> new DirectoryCertificates(folder))
                .isInstanceOf(CertificateException.class)
                .hasMessageContaining("nanite-a2.pem")
                .hasMessageContaining("nanite-a1*.pem");
    }

    @Test
    void whatASlowStoreSaidIsRememberedForAWhile() {
        Slow slow = new Slow();
        CachedCertificates cached = cached(slow, 10);

        assertThat(cached.certificates(A1)).hasSize(1);
        assertThat(cached.certificates(A1)).hasSize(1);
        assertThat(slow.asked).hasValue(1);

        time.advance(Duration.ofMinutes(10));
        assertThat(cached.certificates(A1)).hasSize(1);
        assertThat(slow.asked).hasValue(2);
    }

    @Test
    void whatIsMissingIsAskedForAgainSooner() {
        Slow slow = new Slow();
        CachedCertificates cached = cached(slow, 10);

        assertThat(cached.certificates(M1)).isEmpty();
        assertThat(cached.certificates(M1)).isEmpty();
        assertThat(slow.asked).hasValue(1);

        time.advance(Duration.ofSeconds(5));
        assertThat(cached.certificates(M1)).isEmpty();
        assertThat(slow.asked).hasValue(2);
    }

    @Test
    void theMemberThatWasNotAskedForTheLongestIsForgotten() {
        Slow slow = new Slow();
        CachedCertificates cached = cached(slow, 2);
        cached.certificates(Identity.agent("a1"));
        cached.certificates(Identity.agent("a2"));
        cached.certificates(Identity.agent("a1"));
        cached.certificates(Identity.agent("a3"));
        assertThat(slow.asked).hasValue(3);

        cached.certificates(Identity.agent("a1"));
        assertThat(slow.asked).hasValue(3);
        cached.certificates(Identity.agent("a2"));
        assertThat(slow.asked).hasValue(4);
    }

    @Test
    void whatFailedIsNotRemembered() {
        Slow slow = new Slow();
        slow.failing = true;
        CachedCertificates cached = cached(slow, 10);
        assertThatThrownBy(() -> cached.certificates(A1)).isInstanceOf(IllegalStateException.class);

        slow.failing = false;
        assertThat(cached.certificates(A1)).hasSize(1);
    }

    @Test
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void ofSeveralThatMissAMemberOneAsks() throws InterruptedException {
        Slow slow = new Slow();
        slow.gate = new CountDownLatch(1);
        CachedCertificates cached = cached(slow, 10);
        List<CompletableFuture<List<X509Certificate>>> answers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            CompletableFuture<List<X509Certificate>> answer = new CompletableFuture<>();
            answers.add(answer);
            new Thread(() -> answer.complete(cached.certificates(A1))).start();
        }
        slow.entered.await();
        slow.gate.countDown();

        answers.forEach(answer -> assertThat(answer.join()).hasSize(1));
        assertThat(slow.asked).hasValue(1);
    }

    private CachedCertificates cached(CertificateStore source, int capacity) {
        return new CachedCertificates(source, capacity, Duration.ofMinutes(10), Duration.ofSeconds(5), time);
    }

    /** Has agents and no mappers, and counts how often it is asked. */
    private final class Slow implements CertificateStore {

        private final AtomicInteger asked = new AtomicInteger();
        private final CountDownLatch entered = new CountDownLatch(1);
        private volatile boolean failing;
        private volatile CountDownLatch gate = new CountDownLatch(0);

        @Override
        public List<X509Certificate> certificates(Identity identity) {
            asked.incrementAndGet();
            entered.countDown();
            try {
                gate.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            if (failing) {
                throw new IllegalStateException("the store is away");
            }
            return identity.isAgent() ? List.of(authority.issue(identity).certificate()) : List.of();
        }

        @Override
        public Set<Identity> mappers() {
            return Set.of();
        }

        @Override
        public @Nullable X509CRL revocations() {
            return null;
        }
    }
}
