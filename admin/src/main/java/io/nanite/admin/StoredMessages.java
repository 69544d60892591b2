package io.nanite.admin;

import java.util.List;

/** Some messages of a queue, oldest first; {@code total} is how many were ready. */
public record StoredMessages(int total, List<StoredMessage> messages) {

    public StoredMessages {
        messages = List.copyOf(messages);
    }
}
