package io.nanite.secure;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.util.io.pem.PemObject;

/** Writes files that other programs read. */
final class Pem {

    private Pem() {}

    /** Writes a certificate, a list of certificates called back, or a private key as PKCS #8. */
    static void write(Path file, Object what) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(what instanceof PrivateKey key ? new PemObject("PRIVATE KEY", key.getEncoded()) : what);
        }
        Files.writeString(file, text.toString());
    }
}
