package io.nanite.agent;

/**
 * What an agent did since its start.
 *
 * @param executed calls of actors
 * @param failed those of them that threw
 * @param repeated jobs that came again and were not done again
 * @param refused jobs that the authorizer denied
 * @param expired jobs whose deadline had passed before they could start
 * @param cancelled jobs that nobody wanted any more, begun or not
 * @param requeued jobs given back because the agent was stopping
 * @param takenApart messages that came again with several packets in them, which now travel alone
 * @param deadLettered packets that could not be read, done or answered
 * @param returned answers that found no mapper
 * @param redelivered packets that the broker had delivered before
 * @param micros how long actors ran, all together, in microseconds
 */
public record Tally(
        long executed,
        long failed,
        long repeated,
        long refused,
        long expired,
        long cancelled,
        long requeued,
        long takenApart,
        long deadLettered,
        long returned,
        long redelivered,
        long micros) {}
