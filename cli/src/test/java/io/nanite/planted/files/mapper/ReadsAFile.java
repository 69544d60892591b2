package io.nanite.planted.files.mapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A mapper with a disk. */
final class ReadsAFile {

    String read(Path path) throws IOException {
        return Files.readString(path);
    }
}
