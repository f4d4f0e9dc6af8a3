package dev.drover.deploy.nodes;

import dev.drover.deploy.cluster.ClusterDirectory;
import dev.drover.deploy.cluster.ClusterException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * A superuser's session with a cluster of this machine.
 *
 * <p>Threads: confined to one.
 */
final class ClusterClient implements AutoCloseable {
  private static final String USER = "postgres";

  private final Connection connection;

  private ClusterClient(Connection connection) {
    this.connection = connection;
  }

  static ClusterClient connect(ClusterDirectory directory) {
    Properties properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("password", directory.secret().password());
    int port = directory.settings().port();
    try {
      return new ClusterClient(
          DriverManager.getConnection(
              "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port), properties));
    } catch (SQLException e) {
      throw new ClusterException(
          "cannot connect to the cluster in %s: %s".formatted(directory.root(), e.getMessage()), e);
    }
  }

  /** Returns the messages that came with it. */
  List<String> run(String sql) {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
      List<String> messages = new ArrayList<>();
      for (SQLWarning warning = statement.getWarnings();
          warning != null;
          warning = warning.getNextWarning()) {
        messages.add(warning.getMessage());
      }
      return messages;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** All columns as text. */
  List<List<Optional<String>>> rows(String sql) {
    try (Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(sql)) {
      List<List<Optional<String>>> rows = new ArrayList<>();
      int columns = result.getMetaData().getColumnCount();
      while (result.next()) {
        List<Optional<String>> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          row.add(Optional.ofNullable(result.getString(i)));
        }
        rows.add(List.copyOf(row));
      }
      return rows;
    } catch (SQLException e) {
      throw failed(e);
    }
  }

  /** Without where in the server it was found. */
  private static ClusterException failed(SQLException e) {
    if (e instanceof PSQLException known && known.getServerErrorMessage() != null) {
      ServerErrorMessage error = known.getServerErrorMessage();
      String detail = Optional.ofNullable(error.getDetail()).map(d -> " (" + d + ")").orElse("");
      return new ClusterException(error.getMessage() + detail, e);
    }
    return new ClusterException(e.getMessage(), e);
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      throw failed(e);
    }
  }
}
