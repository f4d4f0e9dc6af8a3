package dev.drover.tests.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * pgbench as it is: its tables made beforehand or by itself, its three built-in scripts in each of
 * its query modes by eight clients at once, and then the sums that must agree.
 *
 * <p>{@code -Ddrover.pgbench.scale=10} and {@code -Ddrover.pgbench.transactions=2000} (of each
 * client in each run) make it longer.
 */
@ExtendWith(InstalledServers.class)
class PgbenchTest {
  private static final String SCALE = System.getProperty("drover.pgbench.scale", "1");
  private static final int TRANSACTIONS = Integer.getInteger("drover.pgbench.transactions", 20);
  private static final int CLIENTS = 8;
  private static final List<String> MODES = List.of("simple", "extended", "prepared");
  private final Endpoint drover;

  PgbenchTest(Endpoints endpoints) {
    drover = endpoints.drover();
  }

  enum Tables {
    HISTORY_BESIDE_ACCOUNTS("HASH (aid)"),
    HISTORY_ROUND_ROBIN("ROUNDROBIN"),
    BY_PGBENCH_ITSELF("");

    private final String history;

    Tables(String history) {
      this.history = history;
    }

    private String definitions() {
      return """
      CREATE TABLE pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp,
        filler char(22)) DISTRIBUTE BY %s;
      CREATE TABLE pgbench_tellers (tid int NOT NULL, bid int, tbalance int, filler char(84))
        DISTRIBUTE BY HASH (tid);
      CREATE TABLE pgbench_accounts (aid int NOT NULL, bid int, abalance int, filler char(84))
        DISTRIBUTE BY HASH (aid);
      CREATE TABLE pgbench_branches (bid int NOT NULL, bbalance int, filler char(88))
        DISTRIBUTE BY HASH (bid);
      """
          .formatted(history);
    }
  }

  @AfterEach
  void dropTables() {
    initialize("d");
  }

  @ParameterizedTest
  @EnumSource
  void theSumsAgree(Tables tables) {
    if (tables == Tables.BY_PGBENCH_ITSELF) {
      initialize("dtgvp");
    } else {
      initialize("d");
      SampleSchema.succeed(drover, tables.definitions());
      initialize("gvp");
    }
    for (String mode : MODES) {
      run("--builtin=tpcb-like", mode);
    }
    String sum = value("SELECT sum(delta) FROM pgbench_history");
    assertThat(value("SELECT sum(abalance) FROM pgbench_accounts")).isEqualTo(sum);
    assertThat(value("SELECT sum(tbalance) FROM pgbench_tellers")).isEqualTo(sum);
    assertThat(value("SELECT sum(bbalance) FROM pgbench_branches")).isEqualTo(sum);
    for (String mode : MODES) {
      run("--skip-some-updates", mode);
      run("--select-only", mode);
    }
    assertThat(value("SELECT sum(abalance) FROM pgbench_accounts"))
        .isEqualTo(value("SELECT sum(delta) FROM pgbench_history"));
    assertThat(value("SELECT count(*) FROM pgbench_history"))
        .isEqualTo(Integer.toString(2 * MODES.size() * CLIENTS * TRANSACTIONS));
  }

  @Test
  void rowsMayBeMadeByTheServer() {
    initialize("dtGvp");
    assertThat(value("SELECT count(*) = 100000 * " + SCALE + " FROM pgbench_accounts"))
        .isEqualTo("t");
    run("--builtin=tpcb-like", "simple");
  }

  @Test
  void whatCannotBeHadIsRefusedPlainly() {
    Program.Result partitions =
        Program.PGBENCH.run(drover, "-i", "-I", "dt", "--partitions=3", "-q");
    assertThat(partitions.exitCode()).isNotZero();
    assertThat(partitions.output()).contains("partitioning by the user is not supported yet");
    Program.Result keys = Program.PGBENCH.run(drover, "-i", "--foreign-keys", "-q");
    assertThat(keys.exitCode()).isNotZero();
    assertThat(keys.output())
        .contains("Cannot create foreign key whose evaluation cannot be enforced to remote nodes")
        .contains("Replicate the referenced table");
  }

  private void initialize(String steps) {
    Program.Result result = Program.PGBENCH.run(drover, "-i", "-I", steps, "-q", "-s", SCALE);
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).doesNotContain("rror");
  }

  private void run(String script, String mode) {
    String clients = Integer.toString(CLIENTS);
    String transactions = Integer.toString(TRANSACTIONS);
    Program.Result result =
        Program.PGBENCH.run(
            drover, "-n", script, "-M", mode, "-c", clients, "-j", "2", "-t", transactions);
    assertThat(result.exitCode()).as(result.output()).isZero();
    assertThat(result.output()).doesNotContain("rror:");
    assertThat(result.output()).contains("failed transactions: 0 ");
  }

  private String value(String sql) {
    Program.Result result = Program.PSQL.feed(drover, sql, "-X", "-A", "-t");
    assertThat(result.exitCode()).as(result.output()).isZero();
    return result.output().strip();
  }
}
