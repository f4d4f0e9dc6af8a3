package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.wire.Frontend;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two coordinators of one cluster: what one has done, the other knows at once. */
@ExtendWith(EndpointsExtension.class)
class CoordinatorsTest {
  private static final int ROUNDS = 10;

  private final Endpoint first;
  private final Endpoint second;

  CoordinatorsTest(Endpoints endpoints) {
    first = endpoints.drover();
    second = endpoints.secondCoordinator();
  }

  @AfterEach
  void dropTable() {
    new Sql(first).run("DROP TABLE IF EXISTS shared, shared_new");
  }

  @Test
  void ddlOfOneIsSeenByTheOtherAtOnce() {
    String by = first.isDrover() ? " DISTRIBUTE BY HASH (id)" : "";
    try (WireClient one = WireClient.login(first);
        WireClient other = WireClient.login(second)) {
      for (int round = 0; round < ROUNDS; round++) {
        expect(one, "CREATE TABLE shared (id int PRIMARY KEY, v int)" + by, "CREATE TABLE");
        expect(other, "INSERT INTO shared SELECT g, g FROM generate_series(1, 9) g", "INSERT 0 9");
        expect(one, "SELECT v FROM shared WHERE id = 3", "SELECT 1");
        expect(other, "ALTER TABLE shared ADD COLUMN w int DEFAULT 5", "ALTER TABLE");
        expect(one, "SELECT w FROM shared WHERE id = 3", "SELECT 1");
        expect(one, "ALTER TABLE shared RENAME TO shared_new", "ALTER TABLE");
        assertThat(state(other, "SELECT * FROM shared")).isEqualTo("42P01");
        expect(other, "UPDATE shared_new SET w = 6", "UPDATE 9");
        expect(other, "DROP TABLE shared_new", "DROP TABLE");
        assertThat(state(one, "SELECT * FROM shared_new WHERE id = 3")).isEqualTo("42P01");
      }
    }
  }

  @Test
  void aPreparedStatementOfOneFollowsTheDdlOfTheOther() {
    String by = first.isDrover() ? " DISTRIBUTE BY HASH (id)" : "";
    try (WireClient one = WireClient.login(first);
        WireClient other = WireClient.login(second)) {
      expect(one, "CREATE TABLE shared (id int, v int)" + by, "CREATE TABLE");
      expect(one, "INSERT INTO shared VALUES (1, 10)", "INSERT 0 1");
      one.exchange(1, Frontend.parse("s", "SELECT v FROM shared WHERE id = $1"), Frontend.sync());
      assertThat(execute(one)).contains("DataRow '10'");
      expect(other, "DROP TABLE shared", "DROP TABLE");
      expect(other, "CREATE TABLE shared (v int, id int)" + by, "CREATE TABLE");
      expect(other, "INSERT INTO shared VALUES (20, 1)", "INSERT 0 1");
      assertThat(execute(one)).contains("DataRow '20'");
    }
  }

  @Test
  void ddlThatRollsBackIsSeenByNobody() {
    String by = first.isDrover() ? " DISTRIBUTE BY HASH (id)" : "";
    try (WireClient one = WireClient.login(first);
        WireClient other = WireClient.login(second)) {
      expect(one, "BEGIN", "BEGIN");
      expect(one, "CREATE TABLE shared (id int)" + by, "CREATE TABLE");
      expect(one, "INSERT INTO shared VALUES (1), (2)", "INSERT 0 2");
      assertThat(state(other, "SELECT * FROM shared")).isEqualTo("42P01");
      expect(one, "ROLLBACK", "ROLLBACK");
      assertThat(state(one, "SELECT * FROM shared")).isEqualTo("42P01");
      expect(other, "CREATE TABLE shared (id int)" + by, "CREATE TABLE");
    }
  }

  private static List<String> execute(WireClient client) {
    return Transcript.of(
        client.exchange(1, Frontend.bind("", "s", "1"), Frontend.execute("", 0), Frontend.sync()));
  }

  private static void expect(WireClient client, String sql, String tag) {
    assertThat(Transcript.of(client.query(sql))).as(sql).contains("CommandComplete " + tag);
  }

  private static String state(WireClient client, String sql) {
    return Transcript.error(client.query(sql)).map(Message::sqlState).orElse("");
  }
}
