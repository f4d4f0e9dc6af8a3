package dev.drover.tests.moves;

import dev.drover.tests.Endpoint;
import java.sql.SQLException;

/**
 * Tables of a server that have no room to grow: the file of an empty one becomes the device that is
 * always full, so that the system itself refuses what the server writes there.
 *
 * <p>Threads: confined to one.
 */
final class FullDisk implements AutoCloseable {
  private final Endpoint server;

  /** Nothing changes yet. */
  FullDisk(Endpoint server) throws SQLException {
    this.server = server;
    server.run(
        """
        CREATE FUNCTION drover.fill_disk(relation regclass) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
          EXECUTE format('COPY (SELECT) TO PROGRAM %L', format('cat; ln -sfn /dev/full %s/%s',
            current_setting('data_directory'), pg_relation_filepath(relation)));
        END $$;
        CREATE FUNCTION drover.fill_disk_for_leaf() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM drover.fill_disk(objid) FROM pg_event_trigger_ddl_commands()
            WHERE obj_description(objid, 'pg_class') LIKE 'drover move %';
        END $$;
        CREATE FUNCTION drover.fill_disk_for_table() RETURNS event_trigger LANGUAGE plpgsql AS $$
        BEGIN
          PERFORM drover.fill_disk(c.oid) FROM pg_event_trigger_ddl_commands() d
            JOIN pg_class c ON c.oid = d.objid LEFT JOIN pg_inherits i ON i.inhrelid = c.oid
            JOIN pg_class top ON top.oid = coalesce(i.inhparent, c.oid)
            WHERE c.relkind = 'r' AND top.relnamespace::regnamespace::text LIKE '"drover$j%';
        END $$
        """);
  }

  /** A leaf on its way to the server gets a comment as soon as it is there. */
  void forLeavesThatCome() throws SQLException {
    server.run(
        """
        CREATE EVENT TRIGGER fill_disk ON ddl_command_end WHEN TAG IN ('COMMENT')
        EXECUTE FUNCTION drover.fill_disk_for_leaf()
        """);
  }

  /** The new form of a table that is filled anew, or its leaves. */
  void forTablesThatAreFilledAnew() throws SQLException {
    server.run(
        """
        CREATE EVENT TRIGGER fill_disk ON ddl_command_end WHEN TAG IN ('CREATE TABLE')
        EXECUTE FUNCTION drover.fill_disk_for_table()
        """);
  }

  /** Its rows are gone. */
  void forTable(String table) throws SQLException {
    server.run("TRUNCATE %1$s; SELECT drover.fill_disk('%1$s')".formatted(table));
  }

  /** There is room again for what is made or truncated from now on. */
  @Override
  public void close() throws SQLException {
    server.run(
        """
        DROP EVENT TRIGGER IF EXISTS fill_disk;
        DROP FUNCTION drover.fill_disk, drover.fill_disk_for_leaf, drover.fill_disk_for_table
        """);
  }
}
