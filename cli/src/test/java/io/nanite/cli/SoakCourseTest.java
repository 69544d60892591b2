package io.nanite.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SoakCourseTest {

    private static final long MEBIBYTE = 1 << 20;

    @Test
    void aProcessTellsWhatItTakes() {
        SoakUsage now = SoakUsage.now();
        assertThat(now.heap()).isPositive();
        assertThat(now.threads()).isPositive();
        assertThat(SoakUsage.parse(now.line())).isEqualTo(now);
        assertThat(SoakUsage.parse("something else")).isNull();
    }

    @Test
    void whatCameToItSinceHalfWayIsSaid() {
        SoakCourse course = new SoakCourse("a0");
        course.add(new SoakUsage(4 * MEBIBYTE, 10, 20));
        course.add(new SoakUsage(8 * MEBIBYTE, 20, 20));
        course.add(new SoakUsage(10 * MEBIBYTE, 20, 19));
        assertThat(course.row()).contains("4.0, 8.0, 10.0 (+25.0 %)", "10, 20, 20 (+0.0 %)", "20, 20, 19 (-5.0 %)");
    }

    @Test
    void aProcessThatJustStartedHasNoCourse() {
        assertThat(new SoakCourse("a0").row()).isEqualToIgnoringWhitespace("a0 0 - - -");
    }
}
