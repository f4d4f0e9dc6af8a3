package dev.drover.deploy.demo;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * The tour, chapter by chapter.
 *
 * <p>Threads: confined to one; the bank's tellers are threads of their own.
 */
public final class Demo {
  private final DemoCluster cluster;
  private final Screen screen;
  private final Shop shop;

  public Demo(DemoCluster cluster, Screen screen, Shop shop) {
    this.cluster = cluster;
    this.screen = screen;
    this.shop = shop;
  }

  /** Whether every check passed. */
  public boolean run() {
    try (Connection connection = cluster.connect()) {
      Database database = new Database(connection);
      new Tables(cluster, database, screen, shop).show();
      new Questions(database, screen, shop).show();
      new Transfers(cluster, database, screen).show();
    } catch (SQLException e) {
      screen.check(
          "no statement fails",
          false,
          "%s (SQLSTATE %s)".formatted(e.getMessage(), e.getSQLState()));
    }
    return screen.verdict();
  }
}
