package dev.drover.tests.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** RETURNING of many rows over many nodes: the order of the VALUES, as applications rely on. */
@ExtendWith(EndpointsExtension.class)
class ReturningTest {
  private static final int ROWS = 40;
  private static final List<String> NAMES =
      IntStream.rangeClosed(1, ROWS).mapToObj(i -> "n" + i).toList();

  private final Endpoint drover;
  private final Sql sql;

  ReturningTest(Endpoints endpoints) {
    drover = endpoints.drover();
    sql = new Sql(drover);
  }

  @BeforeEach
  void createTable() {
    String by = drover.isDrover() ? " DISTRIBUTE BY HASH (name)" : "";
    sql.run("CREATE TABLE named (id serial, name text PRIMARY KEY)" + by);
  }

  @AfterEach
  void dropTable() {
    sql.run("DROP TABLE named");
  }

  @Test
  void rowsComeInTheOrderOfTheValues() {
    assertThat(sql.column("INSERT INTO named (name) VALUES " + values() + " RETURNING name"))
        .isEqualTo(NAMES);
  }

  @Test
  void rowsOfConstantsToo() {
    String rows = NAMES.stream().map("(1, '%s')"::formatted).collect(Collectors.joining(", "));
    assertThat(sql.column("INSERT INTO named VALUES " + rows + " RETURNING name")).isEqualTo(NAMES);
  }

  @Test
  void upsertsToo() {
    sql.run("INSERT INTO named (name) VALUES ('n3'), ('n20')");
    String upsert = " ON CONFLICT (name) DO UPDATE SET id = excluded.id RETURNING name";
    assertThat(sql.column("INSERT INTO named (name) VALUES " + values() + upsert)).isEqualTo(NAMES);
  }

  @Test
  void rowsThatWereNotInsertedAreLeftOut() {
    sql.run("INSERT INTO named (name) VALUES ('n3'), ('n20')");
    String insert = "INSERT INTO named (name) VALUES " + values();
    assertThat(sql.column(insert + " ON CONFLICT DO NOTHING RETURNING name"))
        .hasSize(ROWS - 2)
        .doesNotContain("n3", "n20");
  }

  @Test
  void generatedKeysBelongToTheRowsThatWereSent() throws SQLException {
    String parameters = NAMES.stream().map(name -> "(?)").collect(Collectors.joining(", "));
    List<String> returned = new ArrayList<>();
    try (Connection connection = drover.connect();
        PreparedStatement insert =
            connection.prepareStatement(
                "INSERT INTO named (name) VALUES " + parameters, new String[] {"id", "name"})) {
      for (int i = 0; i < ROWS; i++) {
        insert.setString(i + 1, NAMES.get(i));
      }
      insert.executeUpdate();
      ResultSet keys = insert.getGeneratedKeys();
      while (keys.next()) {
        returned.add(keys.getString("name"));
      }
    }
    assertThat(returned).isEqualTo(NAMES);
  }

  private static String values() {
    return NAMES.stream().map("('%s')"::formatted).collect(Collectors.joining(", "));
  }
}
