package io.nanite.cli.console;

/**
 * One word of a line.
 *
 * @param text what a command gets: without the quotes that held it together
 * @param start where it begins in the line
 * @param end where it ends, exclusive
 * @param quoted whether quotes, or the braces of JSON, held it together
 */
record Word(String text, int start, int end, boolean quoted) {}
