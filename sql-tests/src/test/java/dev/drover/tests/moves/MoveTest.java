package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Slots move from node to node; afterwards everything is as before, elsewhere. */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server has no slots")
@ExtendWith(EndpointsExtension.class)
class MoveTest {
  private static final int SLOT = 5;
  private static final int MOVES = 4;

  /** Updates of all rows and transfers between two get into deadlocks, on any server. */
  private static final Pattern MAY_BE_MET = Pattern.compile(" (40001|40P01) ");

  private final Endpoint drover;
  private final Slots slots;

  MoveTest(Endpoints endpoints) {
    drover = endpoints.drover();
    slots = new Slots(drover, endpoints.servers());
  }

  @AfterEach
  void dropTables() throws SQLException {
    run("DROP SCHEMA IF EXISTS moved CASCADE");
  }

  @Test
  void aSlotGoesWithAllTablesOfItsGroup() throws SQLException {
    run(
        """
        CREATE SCHEMA moved;
        CREATE TABLE moved.colours (code int PRIMARY KEY, name text) DISTRIBUTE BY REPLICATION;
        CREATE TABLE moved.customers (id bigint PRIMARY KEY, name text,
          colour int REFERENCES moved.colours, twice bigint GENERATED ALWAYS AS (id * 2) STORED,
          CHECK (id > 0)) DISTRIBUTE BY HASH (id)
        """);
    run(
        """
        CREATE TABLE moved.orders (customer bigint REFERENCES moved.customers, number int,
          tags text[], PRIMARY KEY (customer, number)) DISTRIBUTE BY HASH (customer);
        CREATE INDEX by_number ON moved.orders (number DESC) WHERE number > 1;
        CREATE TABLE moved.notes (customer bigint, note text) DISTRIBUTE BY HASH (customer);
        INSERT INTO moved.colours VALUES (1, 'red'), (2, 'green');
        INSERT INTO moved.customers (id, name, colour)
          SELECT g, 'c' || g, 1 + g % 2 FROM generate_series(1, 2000) g;
        INSERT INTO moved.orders SELECT g, n, ARRAY['t' || n]
          FROM generate_series(1, 2000) g, generate_series(1, 3) n;
        INSERT INTO moved.notes SELECT g, 'note ' || g FROM generate_series(1, 2000) g
        """);
    int group = slots.group("moved.customers");
    String before = picture();
    String owner = slots.owner(group, SLOT);
    int job = slots.start(group, SLOT, slots.otherThan(owner));
    slots.awaitJob(job);
    assertThat(slots.owner(group, SLOT)).isNotEqualTo(owner);
    assertThat(picture()).isEqualTo(before);
    for (String table : new String[] {"moved.customers", "moved.orders", "moved.notes"}) {
      assertThat(slots.misplaced(table)).as(table).isEmpty();
    }
    assertThat(slots.rowsOnNodes("moved.orders")).isEqualTo(6000);
    assertThat(slots.leftovers()).isEmpty();
    run("UPDATE moved.customers SET name = 'x' || id");
    run("DELETE FROM moved.notes");
    run("DELETE FROM moved.orders");
    run("DELETE FROM moved.customers");
    run("DELETE FROM moved.colours");
    assertThat(slots.moveColumn(job, "phase")).isEqualTo("DONE");
  }

  @ParameterizedTest
  @ValueSource(strings = {"HASH (id)", "MODULO (id)"})
  void nothingIsLostOrSeenTwiceWhileSlotsMove(String distribution) throws SQLException {
    run("CREATE SCHEMA moved");
    run(Traffic.create("moved.accounts", distribution));
    int group = slots.group("moved.accounts");
    Traffic traffic = new Traffic(drover, "moved.accounts");
    traffic.start();
    List<String> wrong;
    try {
      for (int i = 0; i < MOVES; i++) {
        slots.move(group, SLOT + i % 2);
      }
    } finally {
      wrong = traffic.stop();
    }
    assertThat(wrong).as("%s", traffic).isEmpty();
    assertThat(traffic.errors().keySet().stream().filter(e -> !MAY_BE_MET.matcher(e).find()))
        .as("%s", traffic)
        .isEmpty();
    assertThat(slots.misplaced("moved.accounts")).isEmpty();
    assertThat(slots.leftovers()).isEmpty();
  }

  /** Servers refuse changes of such a table where it is published without those columns. */
  @Test
  void aTableWithGeneratedColumnsAndNoKeyMovesAndCanBeChanged() throws SQLException {
    run(
        """
        CREATE SCHEMA moved;
        CREATE TABLE moved.computed (id int, twice int GENERATED ALWAYS AS (id * 2) STORED, n int)
          DISTRIBUTE BY HASH (id);
        INSERT INTO moved.computed (id) SELECT generate_series(1, 500)
        """);
    int group = slots.group("moved.computed");
    String owner = slots.owner(group, SLOT);
    int job = slots.start(group, SLOT, slots.otherThan(owner));
    run("UPDATE moved.computed SET n = 1");
    slots.awaitJob(job);
    run("UPDATE moved.computed SET n = n + 1");
    assertThat(Slots.ask(drover, "SELECT sum(n) || ' ' || sum(twice) FROM moved.computed"))
        .isEqualTo("1000 250500");
    assertThat(slots.leftovers()).isEmpty();
    assertThat(slots.owner(group, SLOT)).isNotEqualTo(owner);
  }

  @Test
  void aTableThatCannotBeFollowedStaysAndCanBeChanged() throws SQLException {
    run(
        """
        CREATE SCHEMA moved;
        CREATE UNLOGGED TABLE moved.unlogged (id int PRIMARY KEY, n int) DISTRIBUTE BY HASH (id);
        INSERT INTO moved.unlogged SELECT generate_series(1, 500)
        """);
    int group = slots.group("moved.unlogged");
    String owner = slots.owner(group, SLOT);
    int job = slots.start(group, SLOT, slots.otherThan(owner));
    run("UPDATE moved.unlogged SET n = 1");
    assertThatThrownBy(() -> slots.awaitJob(job))
        .hasMessageContaining("has failed")
        .hasMessageContaining("is unlogged");
    run("UPDATE moved.unlogged SET n = 2");
    assertThat(slots.leftovers()).isEmpty();
    assertThat(slots.owner(group, SLOT)).isEqualTo(owner);
  }

  @Test
  void whatTheTargetsDiskCannotTakeStaysWhereItIs() throws SQLException {
    run("CREATE SCHEMA moved");
    run(
        """
        CREATE TABLE moved.large (id int PRIMARY KEY) DISTRIBUTE BY HASH (id);
        INSERT INTO moved.large SELECT generate_series(1, 500)
        """);
    int group = slots.group("moved.large");
    String owner = slots.owner(group, SLOT);
    String target = slots.otherThan(owner);
    try (FullDisk disk = new FullDisk(slots.node(target))) {
      disk.forLeavesThatCome();
      int job = slots.start(group, SLOT, target);
      assertThatThrownBy(() -> slots.awaitJob(job))
          .hasMessageContaining("has failed")
          .hasMessageContaining("No space left on device");
      assertThat(slots.moveColumn(job, "restarts")).isEqualTo("0");
    }
    assertThat(slots.owner(group, SLOT)).isEqualTo(owner);
    assertThat(slots.leftovers()).isEmpty();
    assertThat(slots.rowsOnNodes("moved.large")).isEqualTo(500);
    slots.awaitJob(slots.start(group, SLOT, target));
    assertThat(slots.owner(group, SLOT)).isEqualTo(target);
  }

  private String picture() throws SQLException {
    return Slots.column(
            drover,
            """
            SELECT count(*) || ' ' || sum(c.id) || ' ' || sum(c.twice) || ' ' || sum(o.number)
              || ' ' || min(n.note) || ' ' || max(l.name)
            FROM moved.customers c JOIN moved.orders o ON o.customer = c.id
              JOIN moved.notes n ON n.customer = c.id JOIN moved.colours l ON l.code = c.colour
            """)
        .toString();
  }

  private void run(String sql) throws SQLException {
    drover.run(sql);
  }
}
