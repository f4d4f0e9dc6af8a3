package dev.drover.redistribute.apply;

import dev.drover.agent.postgres.Directories;
import dev.drover.agent.postgres.FreePorts;
import dev.drover.agent.postgres.Lifetime;
import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.agent.postgres.PostgresServer;
import dev.drover.agent.postgres.PostgresTemplate;
import dev.drover.agent.postgres.Secret;
import dev.drover.agent.postgres.ServerConfig;
import dev.drover.agent.postgres.ServerSettings;
import dev.drover.redistribute.change.Servers;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;

/** Two PostgreSQL servers, the nodes 1 and 2 of a cluster without coordinators. */
public final class TwoNodes implements Servers, AutoCloseable {
  static final List<Integer> IDS = List.of(1, 2);

  private final Path directory;
  private final Secret secret = Secret.generate();
  private final List<PostgresServer> servers = new ArrayList<>();

  public TwoNodes() {
    try {
      directory = Files.createTempDirectory("drover-nodes");
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
      Path scratch = Files.createDirectory(directory.resolve("template"));
      PostgresBinaries binaries = PostgresBinaries.configured();
      PostgresTemplate template = PostgresTemplate.create(binaries, scratch, secret);
      for (int port : FreePorts.different(IDS.size())) {
        ServerConfig config =
            ServerConfig.of(directory.resolve("node" + port), port, secret)
                .withSettings(ServerSettings.forTests())
                .withLifetime(Lifetime.BOUND_TO_STARTER);
        PostgresServer server = PostgresServer.of(binaries, config);
        servers.add(server);
        server.create(template);
        server.start();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Connection connect(int node, String application) throws SQLException {
    return connect(node, properties(application));
  }

  @Override
  public Connection replication(int node, String application) throws SQLException {
    Properties properties = properties(application);
    properties.setProperty("replication", "database");
    properties.setProperty("preferQueryMode", "simple");
    properties.setProperty("assumeMinServerVersion", "15");
    return connect(node, properties);
  }

  private Connection connect(int node, Properties properties) throws SQLException {
    return DriverManager.getConnection(servers.get(node - 1).jdbcUrl("postgres"), properties);
  }

  private Properties properties(String application) {
    Properties properties = new Properties();
    properties.setProperty("user", PostgresTemplate.SUPERUSER);
    properties.setProperty("password", secret.password());
    properties.setProperty("ApplicationName", application);
    return properties;
  }

  @Override
  public String conninfo(int node) {
    throw new UnsupportedOperationException("nodes " + node);
  }

  @Override
  public String name(int node) {
    return "node " + node;
  }

  void run(int node, String sql) throws SQLException {
    try (Connection connection = connect(node, "test");
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  void everywhere(String sql) throws SQLException {
    for (int node : IDS) {
      run(node, sql);
    }
  }

  /** First columns of what all nodes answer. */
  List<String> column(String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    for (int node : IDS) {
      try (Connection connection = connect(node, "test");
          Statement statement = connection.createStatement();
          ResultSet row = statement.executeQuery(sql)) {
        while (row.next()) {
          values.add(row.getString(1));
        }
      }
    }
    return values;
  }

  @Override
  public void close() {
    servers.forEach(PostgresServer::close);
    try {
      Directories.delete(directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
