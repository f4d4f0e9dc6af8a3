/**
 * The servers that keep the GTM's seat and state.
 *
 * <p>Main type: {@link dev.drover.gtm.quorum.SeatServer}; {@link
 * dev.drover.gtm.quorum.JdbcSeatServer} asks PostgreSQL. Who may hold the seat is not decided here.
 */
package dev.drover.gtm.quorum;
