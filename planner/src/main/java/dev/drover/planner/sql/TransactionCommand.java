package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/** Transaction control. */
public sealed interface TransactionCommand extends Statement {
  /** The levels of isolation. */
  enum Isolation {
    READ_UNCOMMITTED,
    READ_COMMITTED,
    REPEATABLE_READ,
    SERIALIZABLE
  }

  /** What a transaction is asked to be. */
  record Modes(
      Optional<Isolation> isolation, Optional<Boolean> readOnly, Optional<Boolean> deferrable) {
    static final Modes NONE = new Modes(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** BEGIN, or START TRANSACTION. */
  record Begin(Span span, boolean start, Modes modes) implements TransactionCommand {}

  /** COMMIT or END. */
  record Commit(Span span, boolean andChain) implements TransactionCommand {}

  /** ROLLBACK or ABORT. */
  record Rollback(Span span, boolean andChain) implements TransactionCommand {}

  /** SAVEPOINT. */
  record Savepoint(Span span, Name name) implements TransactionCommand {}

  /** RELEASE SAVEPOINT. */
  record Release(Span span, Name name) implements TransactionCommand {}

  /** ROLLBACK TO SAVEPOINT. */
  record RollbackTo(Span span, Name name) implements TransactionCommand {}

  /** PREPARE TRANSACTION. */
  record PrepareTransaction(Span span, String gid) implements TransactionCommand {}

  /** COMMIT PREPARED. */
  record CommitPrepared(Span span, String gid) implements TransactionCommand {}

  /** ROLLBACK PREPARED. */
  record RollbackPrepared(Span span, String gid) implements TransactionCommand {}

  /** SET TRANSACTION, or SET SESSION CHARACTERISTICS AS TRANSACTION. */
  record SetTransaction(Span span, boolean session, Modes modes, Optional<String> snapshot)
      implements TransactionCommand {}

  /** SET CONSTRAINTS; no names for ALL. */
  record SetConstraints(Span span, List<QualifiedName> names, boolean deferred)
      implements TransactionCommand {
    public SetConstraints {
      names = List.copyOf(names);
    }

    @Override
    public List<Node> children() {
      return Children.of(names).list();
    }
  }
}
