package io.nanite.secure;

/** How a private key is kept in a file. */
public enum KeyForm {
    /** PKCS #8 in PEM, {@code .key}. */
    PKCS8(KeyFiles.PEM),
    /** PKCS #12 together with the certificate, {@code .p12}. */
    PKCS12(KeyFiles.PKCS12);

    private final String ending;

    KeyForm(String ending) {
        this.ending = ending;
    }

    String ending() {
        return ending;
    }
}
