package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.OptionalInt;

/**
 * Stops what copies a table before one of its statements on a server: triggers there wait for an
 * advisory lock that this holds. When this is closed, and when the server dies, they go on.
 *
 * <p>Threads: confined to one.
 */
final class Brake implements AutoCloseable {
  private static final int LOCK = 773;

  private static final String FUNCTIONS =
      """
      CREATE FUNCTION drover.brake(what text) RETURNS void LANGUAGE plpgsql
      SET lock_timeout = 0 AS $$
      BEGIN
        PERFORM pg_advisory_lock_shared(%1$d, hashtext(what) & 65535);
        PERFORM pg_advisory_unlock_shared(%1$d, hashtext(what) & 65535);
      END $$;
      CREATE FUNCTION drover.brake_row() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM drover.brake(TG_TABLE_NAME);
        RETURN NEW;
      END $$;
      """
          .formatted(LOCK);

  private final Connection connection;
  private final String key;

  private Brake(Connection connection, String key) {
    this.connection = connection;
    this.key = key;
  }

  /** Before what. */
  enum Point {
    ALTER_PUBLICATION("ALTER PUBLICATION"),
    DROP_PUBLICATION("DROP PUBLICATION"),
    CREATE_SUBSCRIPTION("CREATE SUBSCRIPTION"),
    ALTER_SUBSCRIPTION("ALTER SUBSCRIPTION"),
    /** On the source, where the table is followed already. */
    MARKER("move_marker"),
    /** On the catalog node, where the cutover is being prepared. */
    PREPARE("distributions");

    private final String name;

    Point(String name) {
      this.name = name;
    }
  }

  static void installOnDatanode(Endpoint node) throws SQLException {
    node.run(
        FUNCTIONS
            + """
            CREATE FUNCTION drover.brake_command() RETURNS event_trigger LANGUAGE plpgsql AS $$
            BEGIN
              PERFORM drover.brake(TG_TAG);
            END $$;
            CREATE EVENT TRIGGER brake ON ddl_command_start WHEN TAG IN ('ALTER PUBLICATION',
              'DROP PUBLICATION', 'CREATE SUBSCRIPTION', 'ALTER SUBSCRIPTION')
              EXECUTE FUNCTION drover.brake_command();
            CREATE TRIGGER brake BEFORE INSERT ON drover.move_marker FOR EACH ROW
              EXECUTE FUNCTION drover.brake_row()
            """);
  }

  static void installOnCatalog(Endpoint catalog) throws SQLException {
    catalog.run(
        FUNCTIONS
            + """
            CREATE CONSTRAINT TRIGGER brake AFTER UPDATE ON drover.distributions
              DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (OLD.nodes <> NEW.nodes)
              EXECUTE FUNCTION drover.brake_row()
            """);
  }

  static Brake before(Point point, Endpoint server) throws SQLException {
    Brake brake = new Brake(server.connect(), "hashtext('%s') & 65535".formatted(point.name));
    brake.ask("SELECT 1 FROM pg_advisory_lock(%d, %s)".formatted(LOCK, brake.key));
    return brake;
  }

  boolean isWaitedFor() throws SQLException {
    return waiting().isPresent();
  }

  private OptionalInt waiting() throws SQLException {
    return ask(
        """
        SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
        AND classid = %d AND objid = (%s)::oid
        """
            .formatted(LOCK, key));
  }

  /** What waits there never happens: its process ends. */
  void discard() throws SQLException {
    ask("SELECT pg_terminate_backend(%d, 10000)::int".formatted(waiting().orElseThrow()));
  }

  private OptionalInt ask(String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? OptionalInt.of(row.getInt(1)) : OptionalInt.empty();
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }
}
