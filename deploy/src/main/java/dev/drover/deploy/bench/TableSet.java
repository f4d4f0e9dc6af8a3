package dev.drover.deploy.bench;

import java.sql.SQLException;

/** Tables that some workloads share; made and filled once on each contender. */
@FunctionalInterface
interface TableSet {
  void prepare(Contender contender) throws SQLException;
}
