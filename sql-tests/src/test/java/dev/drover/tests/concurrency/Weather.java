package dev.drover.tests.concurrency;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Properties;

/** Whether members of the cluster are killed meanwhile. */
enum Weather {
  /** Nothing breaks; every error is one too many. */
  CALM,
  /** Connections break, and what needs a member that is away fails; nobody hangs. */
  STORM;

  /** Longer than anything that the coordinator waits for. */
  private static final String HANGS_SECONDS = "45";

  private static final String RETRY_CLASS = "40";
  private static final String CONNECTION_CLASS = "08";
  private static final String SHUTDOWN_CLASS = "57P";

  Properties settings(Properties own) {
    Properties settings = new Properties();
    settings.putAll(own);
    if (this == STORM) {
      settings.setProperty("socketTimeout", HANGS_SECONDS);
      settings.setProperty("connectTimeout", HANGS_SECONDS);
    }
    return settings;
  }

  /** Throws what no storm explains. */
  void forgive(SQLException e) throws SQLException {
    String state = e.getSQLState();
    boolean isOfStorm =
        state == null
            || state.startsWith(CONNECTION_CLASS)
            || state.startsWith(SHUTDOWN_CLASS)
            || state.startsWith(RETRY_CLASS);
    if (this == CALM || !isOfStorm || e.getCause() instanceof SocketTimeoutException) {
      throw e;
    }
  }
}
