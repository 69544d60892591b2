package io.nanite.cli.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScreenTest {

    private final List<String> lines = new ArrayList<>();
    private final Screen screen = Screen.above(lines::add, false);

    @Test
    void nothingThatMovesACursorIsPrinted() {
        screen.out().println("a\u001b[2Jb\u009b1mc\u202ed\u0007\te");
        assertThat(lines).containsExactly("a\\u001b[2Jb\\u009b1mc\\u202ed\\u0007\te");
    }

    @Test
    void whatIsBeyondSixteenBitsIsWrittenAsJsonWritesIt() {
        screen.out().println("x\udb40\udc01y😀");
        assertThat(lines).containsExactly("x\\udb40\\udc01y😀");
    }

    @Test
    void linesOfTwoWritersAreNotMixed() {
        PrintWriter one = screen.out();
        PrintWriter two = screen.out();
        one.print("one");
        two.print("two");
        one.printf(" is %s%n", "whole");
        two.println(" too");
        assertThat(lines).containsExactly("one is whole", "two too");
    }

    @Test
    void aScreenWithColoursShowsComplaintsInRed() {
        Screen coloured = Screen.above(lines::add, true);
        coloured.err().println("no");
        coloured.out().println("yes");
        assertThat(lines).containsExactly("\u001b[31mno\u001b[0m", "yes");
    }
}
