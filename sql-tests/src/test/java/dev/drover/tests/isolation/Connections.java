package dev.drover.tests.isolation;

import java.sql.Connection;
import java.sql.SQLException;

/** The driver's connections, without its checked exception. */
final class Connections {
  private Connections() {}

  static void close(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
