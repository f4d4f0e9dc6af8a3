package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Sizes of tables whose rows are on several nodes, where clients look for them. */
@ExtendWith(EndpointsExtension.class)
class StatisticsTest {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Endpoints endpoints;
  private final Sql sql;

  StatisticsTest(Endpoints endpoints) {
    this.endpoints = endpoints;
    this.sql = new Sql(endpoints.drover());
  }

  @BeforeEach
  void create() {
    assumeThat(endpoints.datanodes()).isNotEmpty();
    sql.run("CREATE SCHEMA sizes");
    sql.run("CREATE TABLE sizes.h (id int PRIMARY KEY, v int, s text) DISTRIBUTE BY HASH (id)");
    sql.run("CREATE TABLE sizes.r (id int PRIMARY KEY) DISTRIBUTE BY REPLICATION");
    sql.run("CREATE TABLE sizes.n (id int, v int) DISTRIBUTE BY ROUNDROBIN");
  }

  @AfterEach
  void drop() {
    if (!endpoints.datanodes().isEmpty()) {
      sql.run("DROP SCHEMA sizes CASCADE");
      sql.run("ALTER DATABASE postgres RESET drover.statistics_interval");
    }
  }

  @Test
  void analyzeShowsTheSumOfAllNodes() {
    fill();
    sql.run("ANALYZE");
    for (Sql coordinator : new Sql[] {sql, new Sql(endpoints.secondCoordinator())}) {
      assertThat(tuples(coordinator, "sizes.h")).isEqualTo("5000");
      assertThat(tuples(coordinator, "sizes.h_pkey")).isEqualTo("5000");
      assertThat(tuples(coordinator, "sizes.r")).isEqualTo("300");
      assertThat(tuples(coordinator, "sizes.n")).isEqualTo("900");
    }
    assertThat(sql.value("SELECT relpages > 30 FROM pg_class WHERE oid = 'sizes.h'::regclass"))
        .isEqualTo("t");
  }

  private void fill() {
    sql.run("INSERT INTO sizes.h SELECT g, g % 7, 's' || g FROM generate_series(1, 5000) g");
    sql.run("INSERT INTO sizes.r SELECT g FROM generate_series(1, 300) g");
    for (int i = 0; i < 3; i++) {
      sql.run("INSERT INTO sizes.n SELECT g % 30, NULL FROM generate_series(1, 300) g");
    }
  }

  private static String tuples(Sql coordinator, String relation) {
    return coordinator.value(
        "SELECT reltuples::bigint FROM pg_class WHERE oid = '%s'::regclass".formatted(relation));
  }

  /** It holds the lock of schema changes, for which a collection would wait. */
  @Test
  void reindexCollectsNothing() {
    sql.run("ALTER DATABASE postgres SET drover.statistics_interval = 0");
    String before = sql.value("SELECT round FROM drover.statistics_round");
    sql.run("REINDEX TABLE sizes.h");
    assertThat(sql.value("SELECT round FROM drover.statistics_round")).isEqualTo(before);
  }

  @Test
  void columnsAreKnownAsOfOneTable() {
    fill();
    sql.run("ANALYZE sizes.h, sizes.n");
    assertThat(column("sizes.h", "round(distinct_values[1])")).isEqualTo("5000");
    assertThat(column("sizes.h", "round(distinct_values[2])")).isEqualTo("7");
    assertThat(column("sizes.h", "round(distinct_values[3])")).isEqualTo("5000");
    assertThat(column("sizes.n", "round(distinct_values[1])")).isEqualTo("30");
    assertThat(column("sizes.n", "null_fractions[2]")).isEqualTo("1");
    assertThat(column("sizes.h", "average_widths[2]")).isEqualTo("4");
  }

  private String column(String table, String expression) {
    return sql.value(
        "SELECT %s FROM drover.statistics WHERE relid = '%s'::regclass"
            .formatted(expression, table));
  }

  @Test
  void functionsAndTheViewTellSizesOverAllNodes() {
    fill();
    sql.run("VACUUM ANALYZE sizes.h");
    long onNodes = 0;
    for (String node : sql.column("SELECT node_name FROM pgxc_node")) {
      String sum =
          "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
              + " WHERE inhparent = ''sizes.h''::regclass";
      onNodes += Long.parseLong(sql.value("EXECUTE DIRECT ON (%s) '%s'".formatted(node, sum)));
    }
    String total = Long.toString(onNodes);
    assertThat(sql.value("SELECT pg_total_relation_size('sizes.h')")).isEqualTo(total);
    assertThat(sql.value("SELECT pg_table_size('sizes.h') + pg_indexes_size('sizes.h')"))
        .isEqualTo(total);
    assertThat(
            sql.value(
                "SELECT total_bytes FROM drover.table_sizes WHERE table_schema = 'sizes'"
                    + " AND table_name = 'h'"))
        .isEqualTo(total);
    assertThat(sql.value("SELECT pg_relation_size('pg_class') > 0")).isEqualTo("t");
  }

  @Test
  void sizesAreCollectedWithoutBeingAskedFor() {
    sql.run("ALTER DATABASE postgres SET drover.statistics_interval = '200ms'");
    fill();
    Instant limit = Instant.now().plus(LIMIT);
    String seen = "";
    while (!seen.equals("5000") && Instant.now().isBefore(limit)) {
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
      seen =
          String.join(
              "",
              sql.column(
                  "SELECT estimated_rows FROM drover.table_sizes WHERE table_schema = 'sizes'"
                      + " AND table_name = 'h'"));
    }
    assertThat(seen).isEqualTo("5000");
  }
}
