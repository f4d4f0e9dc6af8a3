package dev.drover.coordinator.simulation;

import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.InDoubtFinisher.Asked;
import dev.drover.coordinator.txn.InDoubtFinisher.Link;
import dev.drover.coordinator.txn.InDoubtFinisher.Part;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** A coordinator's connections to the servers, for its sessions and for its finisher. */
final class SimulatedPool implements InDoubtFinisher.Servers {
  private final Simulation simulation;
  private final SimulatedCoordinator owner;
  private final Map<Integer, Deque<SimulatedBackend>> idle = new HashMap<>();
  private final Map<Integer, SimulatedBackend> all = new HashMap<>();

  SimulatedPool(Simulation simulation, SimulatedCoordinator owner) {
    this.simulation = simulation;
    this.owner = owner;
  }

  /** Empty if the server does not let it in, or cannot. */
  void acquire(int node, Consumer<Optional<SimulatedBackend>> acquired) {
    Deque<SimulatedBackend> kept = idle.computeIfAbsent(node, _ -> new ArrayDeque<>());
    while (!kept.isEmpty()) {
      SimulatedBackend backend = kept.pop();
      if (isGood(backend)) {
        acquired.accept(Optional.of(backend));
        return;
      }
      discard(backend);
    }
    SimulatedBackend fresh = new SimulatedBackend(simulation, simulation.servers.at(node), owner);
    all.put(fresh.pid(), fresh);
    fresh.connect(isIn -> acquired.accept(isIn ? Optional.of(fresh) : Optional.empty()));
  }

  private boolean isGood(SimulatedBackend backend) {
    return backend.isUsable() && backend.life().equals(owner.life());
  }

  /** It has no transaction open. */
  void release(SimulatedBackend backend) {
    if (isGood(backend)) {
      idle.get(backend.node()).push(backend);
    } else {
      discard(backend);
    }
  }

  void discard(SimulatedBackend backend) {
    all.remove(backend.pid());
    backend.lose();
  }

  /** The process is gone. */
  void crash() {
    all.values().forEach(SimulatedBackend::lose);
  }

  @Override
  public void open(int node, Consumer<Optional<Link>> opened) {
    acquire(node, backend -> opened.accept(backend.map(OwnLink::new)));
  }

  @Override
  public void later(Duration wait, Runnable then) {
    simulation.after(wait.toNanos(), () -> owner.whenAwake(then));
  }

  private final class OwnLink implements Link {
    private final SimulatedBackend backend;
    private final SimulatedServer server;

    private OwnLink(SimulatedBackend backend) {
      this.backend = backend;
      this.server = simulation.servers.at(backend.node());
    }

    @Override
    public void endProcess(int processId, Consumer<Boolean> gone) {
      backend.send(() -> server.terminate(processId), answer -> gone.accept(answer.orElse(false)));
    }

    /** Also if there is no such transaction any more. */
    @Override
    public void finish(Part part, Consumer<Boolean> done) {
      backend.send(
          () -> server.finish(part.gid(), part.commit()),
          answer -> done.accept(answer.isPresent()));
    }

    @Override
    public void hasCommitted(Asked asked, Consumer<Optional<Boolean>> answer) {
      backend.send(() -> server.hasRecord(Long.parseLong(asked.sql())), answer);
    }

    @Override
    public void release() {
      SimulatedPool.this.release(backend);
    }
  }
}
