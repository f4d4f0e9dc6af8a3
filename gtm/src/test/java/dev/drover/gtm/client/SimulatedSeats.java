package dev.drover.gtm.client;

import dev.drover.gtm.seat.Seat;
import dev.drover.gtm.seat.SeatAnswer;
import dev.drover.gtm.seat.SeatEvent;
import dev.drover.gtm.seat.SeatRequest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/** The servers that keep the seat; they go down and come back with what they had written. */
final class SimulatedSeats {
  static final int SERVERS = 3;
  private static final long TIMEOUT = Simulation.SECONDS;

  private final Simulation simulation;
  private final List<Seat> seats = new ArrayList<>(Collections.nCopies(SERVERS, Seat.EMPTY));
  private final Set<Integer> down = new HashSet<>();

  SimulatedSeats(Simulation simulation) {
    this.simulation = simulation;
  }

  void crashOne(long downtime) {
    int server = simulation.random.nextInt(SERVERS);
    if (down.add(server)) {
      simulation.after(downtime, () -> down.remove(server));
    }
  }

  /** One server or more. */
  Set<Integer> some() {
    Set<Integer> some = new HashSet<>(Set.of(simulation.random.nextInt(SERVERS)));
    for (int i = 0; i < SERVERS; i++) {
      if (simulation.random.nextBoolean()) {
        some.add(i);
      }
    }
    return some;
  }

  void repairAll() {
    down.clear();
  }

  /** Asks now; an answer that is lost is a failure later, whether or not the server did it. */
  void ask(int server, long number, SeatRequest request, Consumer<SeatEvent> answer) {
    SeatEvent failure = new SeatEvent.Failed(server, number);
    boolean isLost = simulation.strikes(40);
    boolean isAnswerLost = simulation.strikes(40);
    if (isLost || down.contains(server)) {
      simulation.after(simulation.upTo(TIMEOUT), () -> answer.accept(failure));
      return;
    }
    simulation.after(
        delay(),
        () -> {
          boolean isUp = !down.contains(server);
          SeatAnswer answered = seats.get(server).answer(request);
          if (isUp) {
            seats.set(server, answered.seat());
          }
          SeatEvent event =
              isUp && !isAnswerLost ? new SeatEvent.Answered(server, number, answered) : failure;
          simulation.after(delay(), () -> answer.accept(event));
        });
  }

  private long delay() {
    return simulation.strikes(30)
        ? simulation.upTo(2500 * Simulation.MILLIS)
        : simulation.upTo(4 * Simulation.MILLIS);
  }
}
