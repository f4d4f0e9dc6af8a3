package dev.drover.redistribute.decode;

import java.sql.SQLException;
import java.util.Optional;

/** The committed changes of some tables of one server, in the order of its commits. */
public interface ChangeSource extends AutoCloseable {
  /** The next one if it has come already. */
  Optional<Change> next() throws SQLException;

  /** What came before is safe and need not be sent again. */
  void confirm(long endLsn) throws SQLException;

  @Override
  void close() throws SQLException;
}
