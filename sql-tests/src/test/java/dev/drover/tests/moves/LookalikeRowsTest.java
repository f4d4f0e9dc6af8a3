package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Rows that are equal but not the same, such as 1.0 and 1.00, change while a job brings them to
 * another place: each change meets the row that it met at the source.
 *
 * <p>A throttle lets one chunk of rows pass in a day, so that changes are made between the snapshot
 * and its end.
 */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server moves nothing")
@ExtendWith(EndpointsExtension.class)
class LookalikeRowsTest {
  private static final List<String> LOOSE =
      List.of(
          """
          SELECT concat_ws(' ', b, n, f, i, t COLLATE "C", j, left(filler, 9))
          FROM alike.loose WHERE b < 10\
          """,
          "SELECT d::text || v FROM alike.documents");
  private static final String KEYED =
      "SELECT concat_ws(' ', n, t COLLATE \"C\", v) FROM alike.keyed";

  private final Endpoint drover;
  private final List<Endpoint> datanodes;
  private final Slots slots;
  private final Jobs jobs;

  LookalikeRowsTest(Endpoints endpoints) {
    drover = endpoints.drover();
    datanodes = endpoints.datanodes();
    slots = new Slots(drover, endpoints.servers());
    jobs = new Jobs(drover);
  }

  @BeforeEach
  void makeTables() throws SQLException {
    drover.run(
        """
        CREATE SCHEMA alike;
        CREATE COLLATION alike.any_case
          (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE alike.loose (a int, b int, n numeric, f float8, i interval,
          t text COLLATE alike.any_case, j jsonb, filler text,
          twice int GENERATED ALWAYS AS (b * 2) STORED) DISTRIBUTE BY HASH (a);
        CREATE TABLE alike.documents (a int, d json, v int) DISTRIBUTE BY HASH (a);
        CREATE TABLE alike.keyed (a int, n numeric, t text COLLATE alike.any_case, v int,
          PRIMARY KEY (a, n, t)) DISTRIBUTE BY HASH (a)
        """);
    drover.run(
        """
        INSERT INTO alike.loose SELECT 7, b, 1.0, 0, '1 mon', 'a', '1.0', '' FROM generate_series(1, 6) b;
        INSERT INTO alike.loose VALUES
          (7, 1, 1.00, 0, '1 mon', 'a', '1.0', ''), (7, 2, 1.0, '-0', '1 mon', 'a', '1.0', ''),
          (7, 3, 1.0, 0, '30 days', 'a', '1.0', ''), (7, 4, 1.0, 0, '1 mon', 'A', '1.0', ''),
          (7, 5, 1.0, 0, '1 mon', 'a', '1.00', ''), (7, 6, 1.00, 0, '1 mon', 'a', '1.0', '');
        INSERT INTO alike.loose (a, b, filler)
          SELECT 7, g, repeat('x', 1000) FROM generate_series(10, 600) g;
        INSERT INTO alike.documents VALUES (7, '{"a": 1}', 0), (7, '{"a":1}', 0);
        INSERT INTO alike.keyed VALUES (7, 1.0, 'a', 1), (7, 2, 'b', 2)
        """);
  }

  @AfterEach
  void dropTables() throws SQLException {
    jobs.endAll();
    drover.run("DROP SCHEMA IF EXISTS alike CASCADE");
  }

  @Test
  void aMoveChangesTheRowsThatWereChanged() throws SQLException {
    int group = slots.group("alike.loose");
    int slot = slots.slotOfRows("alike.loose");
    int job;
    try (Obstacle _ = new Obstacle(datanodes)) {
      job = slots.start(group, slot, slots.otherThan(slots.owner(group, slot)));
      jobs.throttle(job, 1);
    }
    changesArrive(job);
    assertThat(slots.misplaced("alike.loose")).isEmpty();
    assertThat(slots.restarts(job)).isEqualTo("0");
  }

  @Test
  void aTableThatIsFilledAnewHasTheRowsThatWereChanged() throws SQLException {
    int job;
    try (Obstacle _ = new Obstacle(datanodes)) {
      job = jobs.start("ALTER TABLE alike.loose DISTRIBUTE BY HASH (b) CONCURRENTLY");
      jobs.throttle(job, 1);
    }
    changesArrive(job);
  }

  private void changesArrive(int job) throws SQLException {
    jobs.awaitPhase(job, "copy");
    for (String lookalike :
        List.of(
            "b = 1 AND n::text = '1.00'",
            "b = 2 AND f::text = '-0'",
            "b = 3 AND i::text = '30 days'",
            "b = 4 AND t COLLATE \"C\" = 'A'",
            "b = 5 AND j::text = '1.00'")) {
      drover.run("UPDATE alike.loose SET filler = 'changed' WHERE a = 7 AND " + lookalike);
    }
    drover.run("DELETE FROM alike.loose WHERE a = 7 AND b = 6 AND n::text = '1.00'");
    drover.run("UPDATE alike.documents SET v = 1 WHERE a = 7 AND d::text = '{\"a\":1}'");
    drover.run("UPDATE alike.keyed SET n = 1.00, t = 'A' WHERE a = 7 AND n = 1");
    List<String> expected = rows();
    assertThat(expected).contains("1 1.00 0 1 mon a 1.0 changed", "1.00 A 1", "{\"a\":1}1");
    jobs.throttle(job, 0);
    slots.awaitJob(job);
    assertThat(rows()).isEqualTo(expected);
    assertThat(slots.leftovers()).isEmpty();
  }

  private List<String> rows() throws SQLException {
    List<String> rows = new ArrayList<>(Slots.column(drover, KEYED));
    for (String query : LOOSE) {
      rows.addAll(Slots.column(drover, query));
    }
    return rows.stream().sorted().toList();
  }
}
