package dev.drover.coordinator.txn;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a transaction has done that a participant who joins later must do first, in order:
 * savepoints, and SET CONSTRAINTS, which lasts until the end of the savepoint it was set under.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class Replay {
  private static final String SAVEPOINT = "SAVEPOINT ";

  private final Transaction transaction;
  private final List<String> statements = new ArrayList<>();

  Replay(Transaction transaction) {
    this.transaction = transaction;
  }

  /** {@code name} is quoted as SQL needs it, here and below. */
  public void savepoint(String name, Completion done) {
    statements.add(SAVEPOINT + name);
    transaction.broadcast(SAVEPOINT + name, done);
  }

  public void setConstraints(String sql, Completion done) {
    statements.add(sql);
    transaction.broadcast(sql, done);
  }

  public boolean hasSavepoint(String name) {
    return statements.contains(SAVEPOINT + name);
  }

  /** The innermost one, as a statement names it. */
  Optional<String> lastSavepoint() {
    return statements.reversed().stream().filter(Replay::isSavepoint).findFirst();
  }

  /** The savepoint and those in it are gone; what was set in them stays. */
  public void release(String name, Completion done) {
    statements
        .subList(statements.lastIndexOf(SAVEPOINT + name), statements.size())
        .removeIf(Replay::isSavepoint);
    transaction.broadcast("RELEASE SAVEPOINT " + name, done);
  }

  void rolledBackTo(String name) {
    statements.subList(statements.lastIndexOf(SAVEPOINT + name) + 1, statements.size()).clear();
  }

  void clear() {
    statements.clear();
  }

  List<String> statements() {
    return List.copyOf(statements);
  }

  /** Of Drover's own connection, which knows nothing of the client's constraints. */
  static boolean isSavepoint(String statement) {
    return statement.startsWith(SAVEPOINT);
  }
}
