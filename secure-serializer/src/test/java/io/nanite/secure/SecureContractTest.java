package io.nanite.secure;

import io.nanite.core.Bytes;
import io.nanite.core.loop.TimeSource;
import io.nanite.core.packet.Cancel;
import io.nanite.core.packet.Deliverable;
import io.nanite.core.packet.Identity;
import io.nanite.core.packet.Instruct;
import io.nanite.core.packet.Packet;
import io.nanite.core.packet.Payload;
import io.nanite.core.packet.Presence;
import io.nanite.core.packet.Reply;
import io.nanite.core.serializer.JsonSerializer;
import io.nanite.core.serializer.Recipient;
import io.nanite.core.serializer.Serializer;
import io.nanite.testkit.ManualTime;
import io.nanite.testkit.SerializerContract;
import java.lang.reflect.Type;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

final class SecureContractTest extends SerializerContract {

    private static final Identity READER = Identity.mapper("reader");

    private final Fabric fabric = new Fabric();

    @Override
    protected Serializer serializer() {
        return fabric;
    }

    @Override
    protected Recipient recipient() {
        return new Recipient.One(READER);
    }

    @Override
    protected int rounds() {
        return 100;
    }

    @Override
    protected int mutations() {
        return 1_000;
    }

    /** As many members as speak in the packets, and one who reads; all threads have a reader of their own, for the order. */
    private static final class Fabric implements Serializer, CertificateStore {

        private final TestAuthority authority = new TestAuthority("contract");
        private final TimeSource time = new ManualTime();
        private final Map<Identity, Credentials> credentials = new ConcurrentHashMap<>();
        private final Map<Identity, SecureSerializer> speakers = new ConcurrentHashMap<>();
        private final ThreadLocal<SecureSerializer> reader = ThreadLocal.withInitial(() -> serializer(READER));

        private SecureSerializer serializer(Identity identity) {
            return new SecureSerializer(
                    new JsonSerializer(), authority.config(), List.of(credentials(identity)), this, time);
        }

        private Credentials credentials(Identity identity) {
            return credentials.computeIfAbsent(identity, authority::issue);
        }

        @Override
        public String contentType() {
            return SecureSerializer.CONTENT_TYPE;
        }

        @Override
        public boolean reads(@Nullable String contentType) {
            return reader.get().reads(contentType);
        }

        @Override
        public byte[] write(Packet packet, Recipient recipient) {
            return speakers.computeIfAbsent(speaker(packet), this::serializer).write(packet, recipient);
        }

        private static Identity speaker(Packet packet) {
            if (packet instanceof Presence presence) {
                return presence.identity();
            }
            if (packet instanceof Deliverable work) {
                return work.from();
            }
            if (packet instanceof Reply reply) {
                return reply.from();
            }
            if (packet instanceof Instruct instruct) {
                return instruct.from();
            }
            return packet instanceof Cancel cancel ? cancel.from() : Identity.mapper("m1");
        }

        @Override
        public Packet read(Bytes bytes, @Nullable String contentType) {
            return reader.get().read(bytes, contentType);
        }

        @Override
        public @Nullable Object convert(Payload payload, Type type) {
            return reader.get().convert(payload, type);
        }

        @Override
        public List<X509Certificate> certificates(Identity identity) {
            return List.of(credentials(identity).certificate());
        }

        @Override
        public Set<Identity> mappers() {
            return Set.of(READER);
        }

        @Override
        public @Nullable X509CRL revocations() {
            return null;
        }
    }
}
