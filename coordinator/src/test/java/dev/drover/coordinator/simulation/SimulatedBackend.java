package dev.drover.coordinator.simulation;

import dev.drover.agent.recovery.CoordinatorLife;
import dev.drover.coordinator.simulation.SimulatedWrite.Part;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A coordinator's connection to a server and the process at its other end, which may go on for a
 * while after the connection is lost.
 */
final class SimulatedBackend {
  private static final long NETWORK = 3 * Simulation.MILLIS;
  private static final long WORK = 7 * Simulation.MILLIS;
  private static final long SLOW_WORK = 120 * Simulation.MILLIS;
  private static final long NOTICED = 2 * Simulation.SECONDS;

  private final Simulation simulation;
  private final SimulatedServer server;
  private final SimulatedCoordinator owner;
  private final CoordinatorLife life;
  private final int pid;
  private Optional<Part> open = Optional.empty();
  private Optional<Runnable> whenLost = Optional.empty();
  private boolean isLost;
  private boolean isEnded;

  SimulatedBackend(Simulation simulation, SimulatedServer server, SimulatedCoordinator owner) {
    this.simulation = simulation;
    this.server = server;
    this.owner = owner;
    this.life = owner.life();
    this.pid = simulation.invariants.nextPid();
  }

  int node() {
    return server.node();
  }

  int pid() {
    return pid;
  }

  CoordinatorLife life() {
    return life;
  }

  boolean isUsable() {
    return !isLost && !isEnded;
  }

  /** Answers whether the server lets it in. */
  void connect(Consumer<Boolean> connected) {
    simulation.after(
        simulation.upTo(NETWORK),
        () -> {
          boolean isIn = server.hello(this);
          isLost = !isIn;
          isEnded = !isIn;
          inTime(NETWORK, () -> connected.accept(isIn && isUsable()));
        });
  }

  /** A transaction begins here, which ends with the process if it is not prepared before. */
  void begin(Part part) {
    open = Optional.of(part);
  }

  /** The transaction at hand is prepared or has ended. */
  void left() {
    open = Optional.empty();
  }

  void rollBack() {
    open.ifPresent(Part::rollBack);
    left();
  }

  /** Answers once: what the server says, or nothing if the connection was lost. */
  <T> void send(Supplier<T> command, Consumer<Optional<T>> answered) {
    Answering<T> answer = new Answering<>(answered);
    if (!isUsable()) {
      inTime(1, () -> answer.accept(Optional.empty()));
      return;
    }
    whenLost = Optional.of(() -> inTime(NETWORK, () -> answer.accept(Optional.empty())));
    if (simulation.strikes(120)) {
      lose();
      if (simulation.random.nextBoolean()) {
        simulation.after(simulation.upTo(NOTICED), () -> execute(command, answer));
      }
      return;
    }
    long work = simulation.random.nextInt(10) == 0 ? SLOW_WORK : WORK;
    simulation.after(
        simulation.upTo(NETWORK) + simulation.upTo(work), () -> execute(command, answer));
  }

  private <T> void execute(Supplier<T> command, Answering<T> answer) {
    if (isEnded) {
      return;
    }
    simulation.invariants.acts(new CoordinatorEpoch(life.id(), life.epoch()));
    T said = command.get();
    inTime(
        NETWORK,
        () -> {
          if (!isLost) {
            whenLost = Optional.empty();
            answer.accept(Optional.of(said));
          }
        });
  }

  /** The server's process notices later. */
  void lose() {
    if (isLost) {
      return;
    }
    isLost = true;
    whenLost.ifPresent(Runnable::run);
    whenLost = Optional.empty();
    simulation.after(simulation.upTo(NOTICED), this::end);
  }

  /** The server's process is gone, and so is its transaction. */
  void end() {
    if (isEnded) {
      return;
    }
    isEnded = true;
    server.ended(this);
    rollBack();
    lose();
  }

  private void inTime(long within, Runnable action) {
    simulation.after(simulation.upTo(within), () -> owner.whenAwake(action));
  }

  /** Passes the first answer on. */
  private static final class Answering<T> {
    private final Consumer<Optional<T>> to;
    private boolean isDone;

    private Answering(Consumer<Optional<T>> to) {
      this.to = to;
    }

    void accept(Optional<T> answer) {
      if (!isDone) {
        isDone = true;
        to.accept(answer);
      }
    }
  }
}
