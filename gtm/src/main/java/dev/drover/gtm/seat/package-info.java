/**
 * Which of several GTMs is the active one, and what outlives it, decided on a majority of the
 * cluster's servers: a deterministic state machine without I/O, clock or threads.
 *
 * <p>Main types: {@link dev.drover.gtm.seat.SeatCore} decides who holds the seat, {@link
 * dev.drover.gtm.seat.SeatedGtm} lets a GTM act while its process holds it. How servers are asked
 * is not known here.
 */
package dev.drover.gtm.seat;
