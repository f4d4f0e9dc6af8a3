package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.Protocol;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What an error does to a transaction: only ROLLBACK can follow, and the servers that have not seen
 * it let go of the work since the last savepoint, or of all of it, and of its locks. PostgreSQL
 * does not wait for the client's ROLLBACK either, for which others might wait in vain.
 *
 * <p>A statement that failed where it was the first of the transaction, and has been nowhere else
 * but where a savepoint was set for it, can be taken back: the former servers leave the
 * transaction, and it is as if the statement had never been.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class Failure {
  private static final String STATEMENT = "drover_statement";
  private static final String UNDO =
      "ROLLBACK TO SAVEPOINT " + STATEMENT + "; RELEASE SAVEPOINT " + STATEMENT;

  private final List<Participant> participants;
  private final Replay replay;
  private final Consumer<Backend> release;
  private Optional<List<Mark>> marks = Optional.empty();
  private boolean failed;

  /** {@code release} gives connections back. */
  Failure(List<Participant> participants, Replay replay, Consumer<Backend> release) {
    this.participants = participants;
    this.replay = replay;
    this.release = release;
  }

  /** A server that took part before the statement, and how much it had been asked. */
  private record Mark(Participant participant, long asked, boolean saved) {
    static Mark of(Participant participant) {
      return new Mark(participant, participant.backend().link().asked(), false);
    }

    Mark save() {
      if (saved) {
        return this;
      }
      participant.backend().query("SAVEPOINT " + STATEMENT, new QuietReply());
      participant.backend().link().flush();
      return new Mark(participant, asked, true);
    }

    /** The statement can be undone there, if it has got there at all. */
    boolean isEasy() {
      return saved || isUntouched();
    }

    private boolean isUntouched() {
      return participant.backend().link().asked() == asked
          && participant.backend().link().pending() == 0
          && participant.backend().link().status() == Protocol.IN_TRANSACTION;
    }
  }

  boolean isSet() {
    return failed;
  }

  /** {@code spreads}: the transaction is the client's, whose ROLLBACK may be long in coming. */
  void set(boolean spreads) {
    failed = true;
    if (spreads && marks.isEmpty()) {
      spread(List.of());
    }
  }

  void clear() {
    failed = false;
    marks = Optional.empty();
  }

  /** A statement begins that may be taken back; {@link #settle} or {@link #takeBack} follows. */
  public void mark() {
    marks = Optional.of(participants.stream().map(Mark::of).toList());
  }

  /** The statement ends as it has. */
  public void settle() {
    List<Participant> saved = saved();
    marks = Optional.empty();
    if (failed) {
      spread(saved);
    } else {
      saved.forEach(Failure::release);
    }
  }

  private List<Participant> saved() {
    return marks.stream().flatMap(List::stream).filter(Mark::saved).map(Mark::participant).toList();
  }

  private static void release(Participant participant) {
    participant.backend().query("RELEASE SAVEPOINT " + STATEMENT, new QuietReply());
    participant.backend().link().flush();
  }

  /** The statement will be undone on those of them that took part before, if it is taken back. */
  public void save(List<Participant> concerned) {
    marks =
        marks.map(
            all ->
                all.stream().map(m -> concerned.contains(m.participant) ? m.save() : m).toList());
  }

  /** Whether the statement can be taken back. */
  public boolean isTakenBackEasily() {
    return marks.map(all -> all.stream().allMatch(Mark::isEasy)).orElse(false);
  }

  /** Takes the statement back. */
  public void takeBack(Runnable done) {
    List<Participant> before = marks.orElseThrow().stream().map(Mark::participant).toList();
    List<Participant> saved = saved();
    List<Participant> joined = new ArrayList<>(participants);
    joined.removeAll(before);
    List<Participant> undone = new ArrayList<>(joined);
    undone.addAll(saved);
    Fanout.toAll(
        undone,
        p -> saved.contains(p) ? UNDO : "ROLLBACK",
        _ -> {
          undone.forEach(Participant::letGo);
          if (participants.removeAll(joined)) {
            joined.forEach(p -> release.accept(p.backend()));
          }
          clear();
          done.run();
        });
  }

  /**
   * Whoever still answers is left alone until the statement's end is reported too. The transactions
   * stay open, so the client's ROLLBACK finds them as it expects them. Where a savepoint was set
   * for the statement, its error has only undone what came after that.
   */
  private void spread(List<Participant> saved) {
    String undo = replay.lastSavepoint().map(s -> "ROLLBACK TO " + s).orElse("ROLLBACK AND CHAIN");
    for (Participant participant : participants) {
      boolean rests =
          participant.backend().link().pending() == 0
              && participant.backend().link().status() == Protocol.IN_TRANSACTION;
      if (rests || saved.contains(participant) || participant.holds()) {
        participant.backend().query(undo, new QuietReply());
        participant.backend().link().flush();
        participant.letGo();
      }
    }
  }
}
