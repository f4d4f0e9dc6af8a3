package dev.drover.gtm.seat;

/**
 * A server's answer.
 *
 * @param done whether it did what was asked
 * @param seat as it is afterwards
 */
public record SeatAnswer(boolean done, Seat seat) {}
