package dev.drover.coordinator.txn;

import java.util.ArrayList;
import java.util.List;

/**
 * What a transaction has done that a participant who joins later must do first, in order:
 * savepoints, and SET CONSTRAINTS, which lasts until the end of the savepoint it was set under.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Replay {
  private static final String SAVEPOINT = "SAVEPOINT ";

  private final List<String> statements = new ArrayList<>();

  /** {@code name} is quoted as SQL needs it. */
  void savepoint(String name) {
    statements.add(SAVEPOINT + name);
  }

  void constraints(String setConstraints) {
    statements.add(setConstraints);
  }

  boolean hasSavepoint(String name) {
    return statements.contains(SAVEPOINT + name);
  }

  /** The savepoint and those in it are gone; what was set in them stays. */
  void released(String name) {
    statements
        .subList(statements.lastIndexOf(SAVEPOINT + name), statements.size())
        .removeIf(Replay::isSavepoint);
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
