package dev.drover.deploy.bench;

import java.sql.SQLException;
import java.time.Duration;

/** One row of the report: something that is done over and over. */
interface Workload {
  /** What was done in one run; units are transactions, rows or queries. */
  record Work(double units, double perSecond) {}

  String name();

  /** What one unit is called. */
  String unit();

  /** The tables that it needs. */
  TableSet tables();

  Work run(Contender contender, Duration length) throws SQLException;
}
