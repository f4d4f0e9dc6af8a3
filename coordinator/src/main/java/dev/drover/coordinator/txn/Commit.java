package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.txn.TwoPhaseRun.Answer;
import dev.drover.coordinator.txn.TwoPhaseRun.Outcome;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Carries one commit out: decides between one and two phases, and gives a {@link TwoPhaseRun} the
 * participants' connections.
 *
 * <p>Participants that wrote nothing end after every writer's commit is acknowledged: until then
 * the locks they may hold keep others from seeing old data. Those of a SERIALIZABLE transaction end
 * first, as PostgreSQL may refuse their commit. One that wrote and was on several datanodes is
 * certified by {@link CommitRoles all its parts there}, which commit in {@link CommitTurns turn}:
 * each part's commit record is a conflict with the transaction that it has its snapshot from, so
 * PostgreSQL refuses the part if what it read has been overwritten by who commits before it.
 *
 * <p>A client waits for a node that dies in the second phase, but not for ever: after {@value
 * #PATIENCE_MILLIS} ms it is told that the transaction has committed, with a warning that names the
 * node.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Commit {
  private static final String COMMIT = "COMMIT";
  private static final String ROLLBACK_TAG = "ROLLBACK";
  private static final long PATIENCE_MILLIS = 5_000;

  private final TransactionServices services;
  private final Consumer<ErrorFields> warnings;
  private final TransactionView view;
  private final CommitRoles roles;
  private final List<Participant> writers;
  private Completion done = _ -> {};
  private Optional<ErrorFields> cause = Optional.empty();

  /** {@code warnings} go to the client before its commit is answered. */
  Commit(
      TransactionServices services,
      List<Participant> participants,
      TransactionView view,
      Consumer<ErrorFields> warnings) {
    this.services = services;
    this.view = view;
    this.warnings = warnings;
    this.roles = CommitRoles.of(participants, view.isSerializable());
    this.writers = roles.writers();
  }

  void run(Completion completion) {
    done = completion;
    if (roles.serializable()) {
      Fanout.toAll(
          roles.readers(),
          _ -> COMMIT,
          error -> error.ifPresentOrElse(this::rollbackAll, this::vote));
    } else {
      vote();
    }
  }

  private void vote() {
    switch (writers.size()) {
      case 0 -> endReaders(Optional.empty());
      case 1 -> OnePhaseCommit.send(services, writers.getFirst(), this::endReaders);
      default -> CommitTurns.take(roles.certified() ? roles.voters() : List.of(), this::inTurn);
    }
  }

  private void inTurn(Optional<ErrorFields> error) {
    error.ifPresentOrElse(
        this::rollbackAll,
        () ->
            services
                .global()
                .nextGxid(this::prepare, e -> rollbackAll(ErrorFields.of(e, Severity.ERROR))));
  }

  private void endReaders(Optional<ErrorFields> error) {
    Fanout.toAll(readers(), _ -> COMMIT, _ -> done.complete(error));
  }

  /** Those that have not ended yet. */
  private List<Participant> readers() {
    return roles.serializable() ? List.of() : roles.readers();
  }

  private void rollbackAll(ErrorFields error) {
    List<Participant> all = Stream.concat(writers.stream(), readers().stream()).toList();
    Fanout.toAll(all, _ -> ROLLBACK_TAG, _ -> done.complete(Optional.of(error)));
  }

  private void prepare(long gxid) {
    if (!writers.stream().allMatch(w -> services.global().mayCommit(w.backend().epoch()))) {
      rollbackAll(TransactionErrors.leaseLost());
      return;
    }
    GlobalId id = GlobalId.of(services, gxid, roles);
    TwoPhaseRun.Terms terms =
        new TwoPhaseRun.Terms(
            roles.machine(),
            roles.nodes(),
            writers.stream().map(id::gid).toList(),
            roles.certified(),
            id.asked());
    new TwoPhaseRun(terms, services.gate(), services.finisher(), new Wire(id), new Owner()).begin();
  }

  private void noteError(QuietReply reply) {
    if (cause.isEmpty()) {
      cause = reply.failure();
    }
  }

  /** The writers' connections. */
  private final class Wire implements TwoPhaseRun.Connections {
    private final GlobalId id;

    private Wire(GlobalId id) {
      this.id = id;
    }

    @Override
    public void prepare(int participant, Consumer<Answer> answered) {
      Participant writer = writers.get(participant);
      CommitWire.prepare(writer, id, reply -> prepared(writer, reply, answered));
    }

    private void prepared(Participant writer, QuietReply reply, Consumer<Answer> answered) {
      noteError(reply);
      if (reply.lost().isPresent()) {
        answered.accept(Answer.LOST);
      } else if (!reply.succeeded() || reply.tag().equals(ROLLBACK_TAG)) {
        // An error before PREPARE leaves the transaction open: it ends before anybody is told.
        CommitWire.rollBack(writer, _ -> answered.accept(Answer.REFUSED));
      } else if (roles.certified() && !view.isWitnessed()) {
        // It is prepared, but what it read may have been overwritten unseen: as good as lost.
        cause = cause.or(() -> Optional.of(TransactionErrors.unwitnessed()));
        writer.backend().closeOnRelease();
        answered.accept(Answer.LOST);
      } else {
        answered.accept(Answer.DONE);
      }
    }

    @Override
    public void decide(int participant, Consumer<Answer> answered) {
      CommitWire.decide(
          writers.get(participant),
          id,
          Commit.this::noteError,
          reply -> answered.accept(decided(reply)));
    }

    private Answer decided(QuietReply reply) {
      if (reply.lost().isPresent()) {
        return Answer.LOST;
      }
      noteError(reply);
      boolean committed = reply.succeeded() && !reply.tag().equals(ROLLBACK_TAG);
      return committed ? Answer.DONE : Answer.REFUSED;
    }

    @Override
    public void end(int participant, boolean commit, Consumer<Boolean> done) {
      String command = commit ? "COMMIT PREPARED" : "ROLLBACK PREPARED";
      CommitWire.end(
          writers.get(participant), command, id, reply -> done.accept(reply.succeeded()));
    }

    @Override
    public void discard(int participant) {
      writers.get(participant).backend().closeOnRelease();
    }

    @Override
    public int processId(int participant) {
      return writers.get(participant).backend().link().processId();
    }
  }

  /** The session's side. */
  private final class Owner implements TwoPhaseRun.Session {
    @Override
    public boolean mayCommit(long epoch) {
      return services.global().mayCommit(epoch);
    }

    @Override
    public Runnable afterPatience(Runnable then) {
      ScheduledFuture<?> timer =
          services.loop().schedule(then, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      return () -> timer.cancel(false);
    }

    @Override
    public void told(Outcome outcome) {
      switch (outcome) {
        case Outcome.Committed(Set<Integer> missing) -> {
          if (!missing.isEmpty()) {
            warnings.accept(TransactionErrors.notYetOn(nodeNames(missing)));
          }
          end(Optional.empty(), COMMIT);
        }
        case Outcome.RolledBack() ->
            end(cause.or(() -> Optional.of(TransactionErrors.outcomeUnknown())), ROLLBACK_TAG);
        case Outcome.Unknown(boolean rollsBack) ->
            end(Optional.of(TransactionErrors.outcomeUnknown()), rollsBack ? ROLLBACK_TAG : COMMIT);
        case Outcome.LeftToResolver() -> {
          writers.forEach(w -> w.backend().closeOnRelease());
          end(Optional.of(TransactionErrors.decidedByOthers()), COMMIT);
        }
      }
    }

    private List<String> nodeNames(Set<Integer> participants) {
      return participants.stream()
          .sorted()
          .map(participant -> writers.get(participant).backend().nodeName())
          .distinct()
          .toList();
    }

    private void end(Optional<ErrorFields> error, String readersEnd) {
      Fanout.toAll(readers(), _ -> readersEnd, _ -> done.complete(error));
    }
  }
}
