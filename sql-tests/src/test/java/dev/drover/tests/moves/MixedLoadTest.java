package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.agent.postgres.TemporaryServers;
import dev.drover.deploy.cluster.Auth;
import dev.drover.tests.Endpoint;
import dev.drover.tests.TemporaryCluster;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;

/**
 * A node comes, another one goes, loads are levelled and a table is spread by another key while
 * clients read and write everything: no answer is wrong, nothing that was acknowledged is lost or
 * doubled, and nothing is left behind.
 *
 * <p>{@code -Ddrover.mixed.seconds} makes a node come and go for longer, and {@code
 * -Ddrover.mixed.accounts} makes the tables larger.
 */
@Timeout(3600)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no nodes")
@Tag("alone")
class MixedLoadTest {
  private static final int ACCOUNTS = Integer.getInteger("drover.mixed.accounts", 2000);
  private static final long SECONDS = Long.getLong("drover.mixed.seconds", 0);

  /**
   * What has to be tried again: a view from before rows moved, and a transaction that had worked on
   * a node before it waited there for rows that left.
   */
  private static final String RETRY = "^(sums in one view|tpc-b): 40001 .*";

  private static TemporaryCluster cluster;
  private static TemporaryServers servers;

  @BeforeAll
  static void start() {
    cluster = TemporaryCluster.inThisProcess(1, Auth.SCRAM);
    servers = TemporaryServers.open();
  }

  @AfterAll
  static void stop() {
    servers.close();
    cluster.close();
  }

  @Test
  void nodesComeAndGoUnderLoad() throws SQLException {
    MixedLoad load = new MixedLoad(drover(), ACCOUNTS);
    load.create();
    List<Endpoint> nodes = new ArrayList<>(cluster.servers());
    nodes.add(cluster.addNode("dn4", servers.start("fourth")));
    Slots slots = new Slots(drover(), nodes);
    load.start();
    run("ALTER CLUSTER ADD NODE dn4");
    spreadAnew("accounts DISTRIBUTE BY HASH (bid)");
    run("ALTER CLUSTER REMOVE NODE dn1");
    run("ALTER CLUSTER REBALANCE WITH (BY slots, TOLERANCE 0, WEIGHTS ('dn2=2'))");
    long end = System.nanoTime() + SECONDS * 1_000_000_000;
    while (System.nanoTime() < end) {
      run("ALTER CLUSTER ADD NODE dn1");
      spreadAnew("accounts DISTRIBUTE BY HASH (aid)");
      spreadAnew("accounts DISTRIBUTE BY HASH (bid)");
      run("ALTER CLUSTER REMOVE NODE dn1");
    }
    List<String> wrong = load.stop();
    String summary =
        Slots.ask(
            drover(),
            """
            SELECT format('%s moves, %s bytes, writers waited for %s ms at most, %s ms in the median',
              count(*), sum(bytes_done), max(write_blocked_ms),
              percentile_cont(0.5) WITHIN GROUP (ORDER BY write_blocked_ms)) FROM drover.moves
            """);
    System.out.println("Mixed load: " + load + "; " + summary);
    assertThat(wrong).as("%s", load).isEmpty();
    assertThat(load.errors().keySet()).allMatch(error -> error.matches("(?s)" + RETRY));
    assertPlaces(slots, nodes, load);
  }

  /** By asking every server itself. */
  private static void assertPlaces(Slots slots, List<Endpoint> nodes, MixedLoad load)
      throws SQLException {
    for (String table : MixedLoad.TABLES) {
      assertThat(slots.misplaced(table)).as(table).isEmpty();
      assertThat(Slots.ask(nodes.get(1), "SELECT count(*) FROM " + table)).isEqualTo("0");
    }
    assertThat(slots.rowsOnNodes("accounts")).isEqualTo(ACCOUNTS);
    assertThat(slots.rowsOnNodes("history")).isEqualTo(load.historyRows());
    List<String> copies = new ArrayList<>();
    for (Endpoint node : nodes.subList(2, 5)) {
      copies.add(Slots.ask(node, "SELECT string_agg(id || ' ' || n, ',' ORDER BY id) FROM rates"));
    }
    assertThat(new HashSet<>(copies)).hasSize(1);
    assertThat(Slots.ask(nodes.get(1), "SELECT count(*) FROM rates")).isEqualTo("0");
    assertThat(slots.leftovers()).isEmpty();
    run("DROP NODE dn1");
  }

  private static void spreadAnew(String change) throws SQLException {
    run("ALTER TABLE %s CONCURRENTLY".formatted(change));
    run("SELECT drover.wait_for(max(job)) FROM drover.jobs");
  }

  private static Endpoint drover() {
    return cluster.coordinators().getFirst();
  }

  private static void run(String sql) throws SQLException {
    drover().run(sql);
  }
}
