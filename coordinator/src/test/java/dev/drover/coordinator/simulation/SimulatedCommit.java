package dev.drover.coordinator.simulation;

import dev.drover.agent.recovery.GlobalTransaction;
import dev.drover.coordinator.simulation.SimulatedWrite.Part;
import dev.drover.coordinator.snapshot.CommitGate;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.coordinator.txn.TwoPhaseCommit;
import dev.drover.coordinator.txn.TwoPhaseRun;
import dev.drover.coordinator.txn.TwoPhaseRun.Answer;
import dev.drover.coordinator.txn.TwoPhaseRun.Outcome;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The transaction of one write: its connections, and the real commit over them. What else a
 * coordinator does at the end of a transaction is as in {@code Commit}.
 */
final class SimulatedCommit implements TwoPhaseRun.Connections, TwoPhaseRun.Session {
  private static final long PATIENCE = 5 * Simulation.SECONDS;
  private static final int UNWITNESSED_ONE_IN = 10;

  private final Simulation simulation;
  private final Services services;
  private final SimulatedWrite write;
  private final List<SimulatedBackend> backends;
  private final Set<Integer> discarded = new HashSet<>();
  private final Consumer<Outcome> done;
  private Optional<GlobalTransaction> transaction = Optional.empty();
  private boolean isPatient = true;

  /** What a coordinator's transactions share. */
  record Services(
      SimulatedCoordinator owner, SimulatedPool pool, CommitGate gate, InDoubtFinisher finisher) {}

  /** {@code done} is told what the client is told. */
  SimulatedCommit(
      Simulation simulation,
      Services services,
      SimulatedWrite write,
      List<SimulatedBackend> backends,
      Consumer<Outcome> done) {
    this.simulation = simulation;
    this.services = services;
    this.write = write;
    this.backends = List.copyOf(backends);
    this.done = done;
  }

  void run() {
    if (write.isTwoPhase()) {
      inTwoPhases();
    } else {
      services.gate.commit(this::inOnePhase);
    }
  }

  /** Nobody has been asked to commit. */
  void rollBack() {
    for (SimulatedBackend backend : backends) {
      SimulatedServer server = simulation.servers.at(backend.node());
      backend.send(
          () -> {
            backend.rollBack();
            return server.isUp();
          },
          _ -> services.pool.release(backend));
    }
    tell(new Outcome.RolledBack());
  }

  private void inOnePhase() {
    Part part = write.parts().getFirst();
    part.sent(simulation.now());
    SimulatedBackend backend = backends.getFirst();
    backend.send(
        () -> {
          part.visible(simulation.now());
          backend.left();
          return true;
        },
        answer -> {
          services.gate.commitDone();
          services.pool.release(backend);
          tell(answer.isPresent() ? new Outcome.Committed(Set.of()) : new Outcome.Unknown(false));
        });
  }

  private void inTwoPhases() {
    if (!backends.stream().allMatch(one -> services.owner.holds(one.life().epoch()))) {
      rollBack();
      return;
    }
    long gxid = simulation.invariants.nextGxid();
    GlobalTransaction named = write.as(gxid);
    transaction = Optional.of(named);
    Set<Integer> last = new HashSet<>();
    for (int i = 0; i < write.parts().size(); i++) {
      if (write.parts().get(i).participant().commitsLast()) {
        last.add(i);
      }
    }
    TwoPhaseRun.Terms terms =
        new TwoPhaseRun.Terms(
            new TwoPhaseCommit(write.parts().size(), last, write.shape().decider()),
            write.parts().stream().map(Part::place).toList(),
            named.participants().stream().map(named::gid).toList(),
            named.certified(),
            new InDoubtFinisher.Asked(write.by().epoch(), Long.toString(gxid)));
    new TwoPhaseRun(terms, services.gate, services.finisher, this, this).begin();
  }

  @Override
  public void prepare(int participant, Consumer<Answer> answered) {
    Part part = write.parts().get(participant);
    boolean isWitnessed =
        !write.shape().certified() || simulation.random.nextInt(UNWITNESSED_ONE_IN) > 0;
    if (!isWitnessed) {
      write.overwritten();
    }
    send(
        participant,
        server -> server.prepare(transaction.orElseThrow(), part),
        answer -> {
          if (answer != Answer.DONE || isWitnessed) {
            answered.accept(answer);
            return;
          }
          discard(participant);
          answered.accept(Answer.LOST);
        });
  }

  @Override
  public void decide(int participant, Consumer<Answer> answered) {
    Part part = write.parts().get(participant);
    part.sent(simulation.now());
    send(
        participant,
        server -> server.decide(transaction.orElseThrow(), part),
        answer -> {
          if (answer == Answer.DONE) {
            part.acked(simulation.now());
          }
          answered.accept(answer);
        });
  }

  /** The transaction at hand is prepared or has ended then. */
  private void send(int participant, Command command, Consumer<Answer> answered) {
    SimulatedBackend backend = backends.get(participant);
    Supplier<Answer> atServer =
        () -> {
          Answer answer = command.at(simulation.servers.at(backend.node()));
          backend.left();
          return answer;
        };
    backend.send(atServer, answer -> answered.accept(answer.orElse(Answer.LOST)));
  }

  private interface Command {
    Answer at(SimulatedServer server);
  }

  @Override
  public void end(int participant, boolean commit, Consumer<Boolean> ended) {
    Part part = write.parts().get(participant);
    String gid = transaction.orElseThrow().gid(part.participant());
    SimulatedBackend backend = backends.get(participant);
    if (commit) {
      part.sent(simulation.now());
    }
    backend.send(
        () -> simulation.servers.at(backend.node()).finish(gid, commit),
        answer -> {
          if (commit && answer.orElse(false)) {
            part.acked(simulation.now());
          }
          ended.accept(answer.orElse(false));
        });
  }

  @Override
  public void discard(int participant) {
    discarded.add(participant);
  }

  @Override
  public int processId(int participant) {
    return backends.get(participant).pid();
  }

  @Override
  public boolean mayCommit(long epoch) {
    return services.owner.holds(epoch);
  }

  @Override
  public Runnable afterPatience(Runnable then) {
    services.pool.later(
        Duration.ofNanos(PATIENCE),
        () -> {
          if (isPatient) {
            then.run();
          }
        });
    return () -> isPatient = false;
  }

  @Override
  public void told(Outcome outcome) {
    for (int i = 0; i < backends.size(); i++) {
      boolean isUseless = discarded.contains(i) || outcome instanceof Outcome.LeftToResolver;
      if (isUseless) {
        services.pool.discard(backends.get(i));
      } else {
        services.pool.release(backends.get(i));
      }
    }
    tell(outcome);
  }

  private void tell(Outcome outcome) {
    write.told(outcome);
    done.accept(outcome);
  }
}
