package dev.drover.deploy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.deploy.cluster.ClusterHealth;
import dev.drover.deploy.cluster.ClusterHealth.MemberHealth;
import dev.drover.deploy.cluster.ClusterHealth.State;
import dev.drover.deploy.cluster.EmbeddedCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import picocli.CommandLine;

/** Nodes are added to a running cluster from the command line, and removed again. */
@Timeout(180)
class NodeCommandTest {
  private static EmbeddedCluster cluster;

  private final StringWriter errors = new StringWriter();

  @BeforeAll
  static void start() {
    cluster = EmbeddedCluster.ofProcesses(3, 1);
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void aNodeOfThisMachineComesAndGoes() throws SQLException {
    ask("CREATE TABLE t (id int PRIMARY KEY) DISTRIBUTE BY HASH (id)");
    ask("INSERT INTO t SELECT generate_series(1, 500)");
    assertThat(run("node", "add"))
        .contains("Starting a server for dn4.")
        .contains("100 %  8 of 8 slots")
        .containsPattern(
            "8 slots, .*, 1\\d\\d rows, in .*; writers of a slot waited for .* ms at most")
        .endsWith("Node dn4 is there.\n");
    assertThat(
            ask(
                "SELECT string_agg(node, ' ' ORDER BY node) FROM (SELECT DISTINCT node FROM"
                    + " drover.shards) s"))
        .isEqualTo("dn1 dn2 dn3 dn4");
    assertThat(ask("SELECT count(*) FROM t")).isEqualTo("500");
    assertThat(ClusterHealth.of(cluster.directory()))
        .hasSize(7)
        .extracting(MemberHealth::state)
        .containsOnly(State.HEALTHY);
    assertThat(run("jobs", "--watch")).containsPattern("1 +add_node +done .* 100% +8/8 ");

    assertThat(run("node", "remove", "dn4")).endsWith("Node dn4 is gone.\n");
    assertThat(ask("SELECT count(*) FROM t")).isEqualTo("500");
    assertThat(cluster.directory().settings().nodes()).hasSize(4);
    assertThat(refused("node", "remove", "dn4"))
        .isEqualTo("drover: PGXC Node dn4: object not defined\n");
    assertThat(refused("node", "add", "--host", "127.0.0.1", "--port", "1"))
        .startsWith("drover: could not set up server 127.0.0.1:1 of node \"dn4\"");
  }

  @Test
  void aServerThatClientsCannotLogInToIsRefused() {
    String port = Integer.toString(cluster.settings().node("dn1").port());
    assertThat(refused("node", "add", "dn9", "--host", "127.0.0.1", "--port", port))
        .isEqualTo(
            "drover: server 127.0.0.1:%s of node \"dn9\" asks for a password, and clients of this cluster have none\n"
                .formatted(port));
  }

  private static String ask(String sql) throws SQLException {
    String url = "jdbc:postgresql://127.0.0.1:%d/postgres".formatted(cluster.settings().port());
    try (Connection connection = DriverManager.getConnection(url, "postgres", "");
        Statement statement = connection.createStatement()) {
      if (!statement.execute(sql)) {
        return "";
      }
      try (ResultSet row = statement.getResultSet()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  /** What it prints. */
  private String run(String... arguments) {
    PrintStream screen = System.out;
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    System.setOut(new PrintStream(printed, true, UTF_8));
    try {
      assertThat(execute(arguments)).as(errors.toString()).isZero();
    } finally {
      System.setOut(screen);
    }
    return printed.toString(UTF_8);
  }

  private String refused(String... arguments) {
    errors.getBuffer().setLength(0);
    assertThat(execute(arguments)).isNotZero();
    return errors.toString();
  }

  private int execute(String... arguments) {
    CommandLine command = Drover.commandLine().setErr(new PrintWriter(errors, true));
    String[] all = new String[arguments.length + 2];
    System.arraycopy(arguments, 0, all, 0, arguments.length);
    all[arguments.length] = "--data";
    all[arguments.length + 1] = cluster.directory().root().toString();
    return command.execute(all);
  }
}
