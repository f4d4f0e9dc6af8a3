package dev.drover.gtm.seat;

/** What happens to a {@link SeatCore}. Servers are numbered from 0. */
public sealed interface SeatEvent {
  record Answered(int server, long number, SeatAnswer answer) implements SeatEvent {}

  /** No answer will come; the server may have done it, or may do it later. */
  record Failed(int server, long number) implements SeatEvent {}

  /** Time has passed. */
  record Tick() implements SeatEvent {}

  /** The process is about to end. */
  record Leave() implements SeatEvent {}
}
