package dev.drover.deploy.cluster;

import dev.drover.agent.postgres.PostgresTemplate;
import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmProbe;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.Properties;

/** Whether each member of a cluster does its work, found out by using it. */
public final class ClusterHealth {
  /** With it the driver sends no SET when it connects, which a pause would hold. */
  private static final String MIN_VERSION = "12";

  private static final int LIMIT_SECONDS = 5;
  private static final String ACTIVE = "active";

  /** What is known of one member. */
  public record MemberHealth(
      String name, Optional<Long> processId, int port, State state, String detail) {}

  /** The three things that can be said of a member. */
  public enum State {
    HEALTHY,
    /** The process is there but does not answer as it should. */
    FAILING,
    DOWN
  }

  private final ClusterDirectory directory;
  private final ClusterSettings settings;

  private ClusterHealth(ClusterDirectory directory) {
    this.directory = directory;
    this.settings = directory.settings();
  }

  public static List<MemberHealth> of(ClusterDirectory directory) {
    ClusterHealth health = new ClusterHealth(directory);
    return oneActive(
        Member.of(health.settings).parallelStream().map(health::check).toList(), health.settings);
  }

  /** GTMs that all stand by are not well. */
  private static List<MemberHealth> oneActive(
      List<MemberHealth> members, ClusterSettings settings) {
    boolean isOne = members.stream().anyMatch(member -> member.detail().equals(ACTIVE));
    return members.stream()
        .map(
            member ->
                isOne
                        || !settings.gtmPorts().contains(member.port())
                        || member.state() == State.DOWN
                    ? member
                    : new MemberHealth(
                        member.name(),
                        member.processId(),
                        member.port(),
                        State.FAILING,
                        member.detail()))
        .toList();
  }

  private MemberHealth check(Member member) {
    Optional<Long> process =
        RunFile.living(directory, member.label())
            .or(() -> ClusterLock.holder(directory))
            .map(ProcessHandle::pid);
    int port = member.port(settings);
    if (process.isEmpty()) {
      return new MemberHealth(member.label(), process, port, State.DOWN, "no process");
    }
    try {
      String detail = probe(member, port);
      return new MemberHealth(member.label(), process, port, State.HEALTHY, detail);
    } catch (IOException | SQLException e) {
      return new MemberHealth(member.label(), process, port, State.FAILING, e.getMessage());
    }
  }

  private String probe(Member member, int port) throws IOException, SQLException {
    return switch (member) {
      case Member.Gtm _ -> role(port);
      case Member.Node _ -> answers(port, PostgresTemplate.SUPERUSER);
      case Member.Coordinator _, Member.ExtraCoordinator _ -> coordinator(port);
    };
  }

  private String role(int port) throws IOException {
    GtmProbe probe = new GtmProbe(directory.secret().password(), LIMIT_SECONDS);
    return probe.isActive(new GtmAddress("127.0.0.1", port)) ? ACTIVE : "standing by";
  }

  /** In a pause it answers nothing but what it knows by itself. */
  private String coordinator(int port) throws SQLException {
    return ask(port, "postgres", "SHOW drover.paused").equals("on")
        ? "the cluster is paused"
        : answers(port, "postgres");
  }

  private String answers(int port, String role) throws SQLException {
    return "PostgreSQL " + ask(port, role, "SHOW server_version");
  }

  private String ask(int port, String role, String query) throws SQLException {
    Properties properties = new Properties();
    properties.setProperty("user", role);
    properties.setProperty("password", directory.secret().password());
    properties.setProperty("assumeMinServerVersion", MIN_VERSION);
    properties.setProperty("connectTimeout", Integer.toString(LIMIT_SECONDS));
    properties.setProperty("socketTimeout", Integer.toString(LIMIT_SECONDS));
    properties.setProperty("loginTimeout", Integer.toString(LIMIT_SECONDS));
    String url = "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(port);
    try (Connection connection = DriverManager.getConnection(url, properties);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(query)) {
      rows.next();
      return rows.getString(1);
    }
  }
}
