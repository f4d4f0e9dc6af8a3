package dev.drover.tests.moves;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledIfSystemProperty;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A leaf that was given away and is kept for a while holds nobody back. */
@Timeout(120)
@DisabledIfSystemProperty(
    named = "drover.test.selfcheck",
    matches = ".*",
    disabledReason = "a plain server moves nothing")
@ExtendWith(EndpointsExtension.class)
class TrashTest {
  private static final int SLOT = 5;

  private final Endpoint drover;
  private final Slots slots;

  TrashTest(Endpoints endpoints) {
    drover = endpoints.drover();
    slots = new Slots(drover, endpoints.servers());
  }

  @BeforeEach
  void makeATable() throws SQLException {
    drover.run(
        """
        CREATE ROLE trash_owner; CREATE ROLE trash_reader; CREATE ROLE trash_guest;
        CREATE SCHEMA trash;
        GRANT USAGE, CREATE ON SCHEMA trash TO trash_owner;
        CREATE TYPE trash.mood AS ENUM ('fine');
        CREATE TYPE trash.pair AS (x int, y int);
        CREATE DOMAIN trash.size AS int;
        CREATE FUNCTION trash.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'
        """);
    drover.run(
        """
        CREATE TABLE trash.t (id int PRIMARY KEY, m trash.mood, p trash.pair, s trash.size)
          DISTRIBUTE BY HASH (id);
        CREATE INDEX twice ON trash.t (trash.twice(id));
        ALTER TABLE trash.t OWNER TO trash_owner;
        GRANT SELECT ON trash.t TO trash_reader;
        GRANT UPDATE (s) ON trash.t TO trash_guest;
        INSERT INTO trash.t SELECT g, 'fine', ROW(g, g)::trash.pair, -1 FROM generate_series(1, 500) g
        """);
    slots.move(slots.group("trash.t"), SLOT);
    assertThat(slots.trash()).isNotEmpty();
  }

  @AfterEach
  void dropEverything() throws SQLException {
    drover.run(
        """
        DROP SCHEMA IF EXISTS trash CASCADE;
        DROP ROLE IF EXISTS trash_owner; DROP ROLE IF EXISTS trash_reader;
        DROP ROLE IF EXISTS trash_guest
        """);
  }

  @Test
  void rolesAreDroppedWithWhichTheTableHasNothingToDoAnyMore() throws SQLException {
    drover.run(
        """
        REVOKE ALL ON trash.t FROM trash_reader;
        REVOKE UPDATE (s) ON trash.t FROM trash_guest;
        ALTER TABLE trash.t OWNER TO CURRENT_USER;
        REVOKE ALL ON SCHEMA trash FROM trash_owner
        """);
    drover.run("DROP ROLE trash_reader, trash_guest, trash_owner");
    assertThat(slots.trash()).isNotEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TYPE trash.mood",
        "DROP TYPE trash.pair",
        "ALTER TYPE trash.pair ADD ATTRIBUTE z int",
        "DROP DOMAIN trash.size",
        "DROP FUNCTION trash.twice"
      })
  void whatTheTableUsedIsDropped(String statement) throws SQLException {
    drover.run("DROP TABLE trash.t");
    drover.run(statement);
  }

  /** The rows that are kept are those of before. */
  @Test
  void aDomainGetsAConstraintThatRowsOfBeforeViolate() throws SQLException {
    drover.run("UPDATE trash.t SET s = 1");
    drover.run("ALTER DOMAIN trash.size ADD CHECK (VALUE > 0)");
  }
}
