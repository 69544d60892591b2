package io.nanite.planted.serialization.core;

import java.io.IOException;
import java.io.InputStream;
import java.io.ObjectInputStream;

/** Lets the bytes choose the class. */
final class ReadsObjects {

    int read(InputStream in) throws IOException {
        return new ObjectInputStream(in).readInt();
    }
}
