package dev.drover.redistribute.decode;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/**
 * A message of {@code pgoutput}, protocol version 1.
 *
 * <p>Source: PostgreSQL manual, "Logical Replication Message Formats".
 */
sealed interface LogicalMessage {
  /**
   * The changes of a transaction follow.
   *
   * @param commitLsn where its commit stands in the log
   */
  record Begin(long commitLsn) implements LogicalMessage {}

  /**
   * The transaction's changes are complete.
   *
   * @param endLsn behind it; what is confirmed so far is not sent again
   */
  record Commit(long endLsn) implements LogicalMessage {}

  /**
   * Comes before the first change of a table, and again when the table was altered.
   *
   * @param name qualified and quoted
   */
  record Relation(int id, String name, List<String> columns) implements LogicalMessage {
    public Relation {
      requireNonNull(name);
      columns = List.copyOf(columns);
    }
  }

  record Insert(int relation, Tuple row) implements LogicalMessage {
    public Insert {
      requireNonNull(row);
    }
  }

  /**
   * A row has other values.
   *
   * @param old is there for a table with a full replica identity
   */
  record Update(int relation, Optional<Tuple> old, Tuple row) implements LogicalMessage {
    public Update {
      requireNonNull(old);
      requireNonNull(row);
    }
  }

  record Delete(int relation, Tuple old) implements LogicalMessage {
    public Delete {
      requireNonNull(old);
    }
  }

  record Truncate() implements LogicalMessage {}

  /** What {@code pg_logical_emit_message} wrote. */
  record Marker(String prefix, String content) implements LogicalMessage {
    public Marker {
      requireNonNull(prefix);
      requireNonNull(content);
    }
  }

  /** Types and origins, which change no row. */
  record Other() implements LogicalMessage {}
}
