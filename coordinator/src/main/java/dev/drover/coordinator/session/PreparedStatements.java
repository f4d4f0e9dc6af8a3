package dev.drover.coordinator.session;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The session's prepared statements by name, whether Parse or PREPARE made them.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class PreparedStatements {
  private final Map<String, PreparedStatement> statements = new HashMap<>();

  Optional<PreparedStatement> find(String name) {
    return Optional.ofNullable(statements.get(name));
  }

  PreparedStatement required(String name) {
    PreparedStatement statement = statements.get(name);
    if (statement != null) {
      return statement;
    }
    String message =
        name.isEmpty()
            ? "unnamed prepared statement does not exist"
            : "prepared statement \"" + name + "\" does not exist";
    throw SqlError.of(SqlState.INVALID_SQL_STATEMENT_NAME, message);
  }

  /** Raises an error when a statement would have to be replaced; the unnamed one may be. */
  void checkFree(String name) {
    if (!name.isEmpty() && statements.containsKey(name)) {
      throw SqlError.of(
          SqlState.DUPLICATE_PREPARED_STATEMENT,
          "prepared statement \"" + name + "\" already exists");
    }
  }

  void add(PreparedStatement statement) {
    checkFree(statement.name());
    statements.put(statement.name(), statement);
  }

  boolean remove(String name) {
    return statements.remove(name) != null;
  }

  void removeAll() {
    statements.clear();
  }
}
