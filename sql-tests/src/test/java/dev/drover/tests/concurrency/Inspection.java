package dev.drover.tests.concurrency;

import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** What can be asked of a cluster while its members are killed: it may not be able to say. */
final class Inspection {
  /** The answer of who cannot say. */
  private static final long UNKNOWN = -1;

  private Inspection() {}

  /** How many transfers a coordinator shows; negative while it cannot say. */
  static long ledgerSize(Endpoint coordinator) {
    return number(coordinator, "SELECT count(*) FROM bank_ledger");
  }

  /** How many transactions are prepared; a server that cannot say counts as one. */
  static long preparedCount(TemporaryCluster cluster) {
    long count = 0;
    for (Endpoint server : cluster.servers()) {
      long prepared = number(server, "SELECT count(*) FROM pg_prepared_xact()");
      count += prepared == UNKNOWN ? 1 : prepared;
    }
    return count;
  }

  private static long number(Endpoint endpoint, String sql) {
    try (Connection connection = endpoint.connect(Teller.settings());
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      rows.next();
      return rows.getLong(1);
    } catch (SQLException e) {
      return UNKNOWN;
    }
  }
}
