package dev.drover.deploy.bench;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** One of the two systems that are measured. */
interface Contender extends AutoCloseable {
  /** In one word. */
  String name();

  /** Where clients connect, on the loopback interface, without a password. */
  int port();

  /** The words after CREATE TABLE that spread a table by a column; empty on a plain server. */
  String distributedBy(String column);

  /** Superusers' connections to each PostgreSQL, past any coordinator. */
  List<Connection> serverConnections() throws SQLException;

  /** The processes whose trees do the work. */
  List<Long> processes();

  /** The coordinator; empty on a plain server. */
  List<Long> coordinators();

  @Override
  void close();
}
