package dev.drover.coordinator.simulation;

import dev.drover.gtm.seat.Members;
import dev.drover.gtm.seat.Seat;
import dev.drover.gtm.seat.SeatAnswer;
import dev.drover.gtm.seat.SeatEvent;
import dev.drover.gtm.seat.SeatRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The servers that keep the seat; they go down and come back with what they had written, or with
 * nothing. GTMs are told of some of them first, and later of more.
 */
final class SimulatedSeats {
  private static final int SERVERS = 5;
  private static final long TIMEOUT = Simulation.SECONDS;

  private final Simulation simulation;
  private final List<Seat> seats = new ArrayList<>();
  private final Set<Integer> down = new HashSet<>();
  private int configured;
  private int lostDisks;

  SimulatedSeats(Simulation simulation) {
    this.simulation = simulation;
    for (int i = 0; i < SERVERS; i++) {
      seats.add(Seat.fresh(incarnation()));
    }
    this.configured = 1 + 2 * simulation.random.nextInt(2);
  }

  /** How many of them a GTM is told of that starts now. */
  int configured() {
    return configured;
  }

  int lostDisks() {
    return lostDisks;
  }

  void grow() {
    configured = Math.min(SERVERS, configured + 2);
  }

  /** The servers that have a say, as far as they all know, are those that GTMs are told of. */
  boolean isSettled() {
    Set<Long> present = new HashSet<>();
    seats.subList(0, configured).forEach(seat -> present.add(seat.incarnation()));
    Members all = Members.of(present);
    Set<Long> agreed = new HashSet<>();
    seats.stream()
        .filter(seat -> seat.stored().members().equals(all))
        .forEach(seat -> agreed.add(seat.incarnation()));
    return all.isQuorum(agreed);
  }

  /** As long as the others are enough to go on without it. */
  void loseDisk() {
    if (configured > 1 && isSettled()) {
      lostDisks++;
      seats.set(simulation.random.nextInt(configured), Seat.fresh(incarnation()));
    }
  }

  void crashOne(long downtime) {
    int server = simulation.random.nextInt(configured);
    if (down.add(server)) {
      simulation.after(downtime, () -> down.remove(server));
    }
  }

  /** One server or more. */
  Set<Integer> some() {
    Set<Integer> some = new HashSet<>(Set.of(simulation.random.nextInt(configured)));
    for (int i = 0; i < configured; i++) {
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

  private long incarnation() {
    return 1 + simulation.random.nextLong(Long.MAX_VALUE - 1);
  }

  private long delay() {
    return simulation.strikes(30)
        ? simulation.upTo(2500 * Simulation.MILLIS)
        : simulation.upTo(4 * Simulation.MILLIS);
  }
}
