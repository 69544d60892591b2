package io.nanite.core.serializer;

import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;

/** How much a packet may be. What goes past is refused at the door, by its writer as well as by its reader. */
final class Limits {

    /** Bytes of a document: 8 MiB. */
    static final int DOCUMENT = 8 * 1024 * 1024;

    /** Objects and arrays inside each other; the envelope takes two. */
    static final int DEPTH = 64;

    /** Digits and other characters of one number. */
    static final int NUMBER = 1_000;

    /** Characters of one key. */
    static final int NAME = 4_096;

    private Limits() {}

    static StreamReadConstraints reading() {
        return StreamReadConstraints.builder()
                .maxNestingDepth(DEPTH)
                .maxStringLength(DOCUMENT)
                .maxNumberLength(NUMBER)
                .maxNameLength(NAME)
                .build();
    }

    static StreamWriteConstraints writing() {
        return StreamWriteConstraints.builder().maxNestingDepth(DEPTH).build();
    }
}
