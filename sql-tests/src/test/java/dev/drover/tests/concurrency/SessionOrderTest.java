package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What one session reads, row by row and node by node, does not go back in time. */
@ExtendWith(EndpointsExtension.class)
class SessionOrderTest {
  private static final int ROWS = 12;
  private static final int CLIENTS = 6;
  private static final int ROUNDS = 400;

  @Test
  void whatOneNodeHasShownTheNextOneShowsToo(Endpoints endpoints) throws SQLException {
    Endpoint server = endpoints.drover();
    server.run("DROP TABLE IF EXISTS clock");
    server.run("CREATE TABLE clock (id int PRIMARY KEY, v bigint) DISTRIBUTE BY HASH (id)");
    server.run("INSERT INTO clock SELECT g, 0 FROM generate_series(1, " + ROWS + ") g");
    AtomicInteger left = new AtomicInteger(ROUNDS);
    int backward =
        Crowd.run(
                CLIENTS,
                number -> () -> number == 0 ? tick(server, left) : read(server, number, left))
            .stream()
            .mapToInt(Integer::intValue)
            .sum();
    assertThat(backward).as("reads that went back").isZero();
    server.run("DROP TABLE clock");
  }

  /** Every row is raised in one transaction over all nodes. */
  private static int tick(Endpoint server, AtomicInteger left) throws SQLException {
    try (Connection connection = server.connect();
        Statement statement = connection.createStatement()) {
      while (left.getAndDecrement() > 0) {
        statement.execute("UPDATE clock SET v = v + 1");
      }
    }
    return 0;
  }

  private static int read(Endpoint server, int number, AtomicInteger left) throws SQLException {
    Random random = new Random(number);
    int backward = 0;
    long latest = 0;
    try (Connection connection = server.connect();
        PreparedStatement one = connection.prepareStatement("SELECT v FROM clock WHERE id = ?")) {
      while (left.get() > 0) {
        one.setInt(1, 1 + random.nextInt(ROWS));
        try (ResultSet row = one.executeQuery()) {
          row.next();
          backward += row.getLong(1) < latest ? 1 : 0;
          latest = Math.max(latest, row.getLong(1));
        }
      }
    }
    return backward;
  }
}
