package io.nanite.cli.console;

/**
 * Something that may stand where the cursor is.
 *
 * @param value what is typed
 * @param about a few words on it; empty for none
 */
public record Choice(String value, String about) {

    public Choice {
        value = Screen.harmless(value);
        about = Screen.harmless(about);
    }

    /** One that needs no words. */
    public static Choice of(String value) {
        return new Choice(value, "");
    }
}
