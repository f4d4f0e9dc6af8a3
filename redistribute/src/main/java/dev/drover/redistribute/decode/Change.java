package dev.drover.redistribute.decode;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Optional;

/** What a stream brings. An update is a row that goes and one that comes. */
public sealed interface Change {
  /**
   * A row is there.
   *
   * @param table qualified and quoted, as the source calls it
   * @param row texts of the columns asked for, in their order; empty for NULL
   */
  record Inserted(Position position, String table, List<Optional<String>> row) implements Change {
    public Inserted {
      requireNonNull(position);
      requireNonNull(table);
      row = List.copyOf(row);
    }
  }

  /** A row is there no more. */
  record Deleted(Position position, String table, List<Optional<String>> row) implements Change {
    public Deleted {
      requireNonNull(position);
      requireNonNull(table);
      row = List.copyOf(row);
    }
  }

  /**
   * All changes of a transaction have come.
   *
   * @param endLsn what may be confirmed when they are safe
   */
  record Committed(long endLsn) implements Change {}

  /** Everything that was committed before this marker was written has come. */
  record Marked(String marker) implements Change {
    public Marked {
      requireNonNull(marker);
    }
  }
}
