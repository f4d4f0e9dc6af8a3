package dev.drover.tests;

import static java.util.Objects.requireNonNull;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Where a server listens and as whom to log in. */
public record Endpoint(Kind kind, String host, int port, Login login) {
  /** What listens there, and so whether it knows {@code DISTRIBUTE BY}. */
  public enum Kind {
    DROVER,
    PLAIN
  }

  /** A role, its password (empty where the server trusts) and the database to open. */
  public record Login(String user, String password, String database) {
    public Login {
      requireNonNull(user);
      requireNonNull(password);
      requireNonNull(database);
    }
  }

  public Endpoint {
    requireNonNull(kind);
    requireNonNull(host);
    requireNonNull(login);
  }

  /** The same server, entered as somebody else. */
  public Endpoint as(Login other) {
    return new Endpoint(kind, host, port, other);
  }

  public boolean isDrover() {
    return kind == Kind.DROVER;
  }

  public String url() {
    return "jdbc:postgresql://%s:%d/%s".formatted(host, port, login.database());
  }

  public Connection connect() throws SQLException {
    return connect(new Properties());
  }

  /** Runs statements on a connection of their own. */
  public void run(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** With settings of the JDBC driver, such as {@code prepareThreshold}. */
  public Connection connect(Properties settings) throws SQLException {
    Properties all = new Properties();
    all.putAll(settings);
    all.setProperty("user", login.user());
    all.setProperty("password", login.password());
    return DriverManager.getConnection(url(), all);
  }
}
