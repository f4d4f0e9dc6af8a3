package dev.drover.coordinator.txn;

import dev.drover.planner.sql.TransactionCommand.Isolation;
import dev.drover.planner.sql.TransactionCommand.Modes;

/** Transaction modes as text. */
public final class TransactionModes {
  private TransactionModes() {}

  /** BEGIN with what was asked for; what was not follows the session's defaults. */
  public static String beginSql(Modes modes) {
    StringBuilder sql = new StringBuilder("BEGIN");
    modes.isolation().ifPresent(i -> sql.append(" ISOLATION LEVEL ").append(name(i)));
    modes.readOnly().ifPresent(r -> sql.append(r ? " READ ONLY" : " READ WRITE"));
    modes.deferrable().ifPresent(d -> sql.append(d ? " DEFERRABLE" : " NOT DEFERRABLE"));
    return sql.toString();
  }

  private static String name(Isolation isolation) {
    return switch (isolation) {
      case READ_UNCOMMITTED -> "READ UNCOMMITTED";
      case READ_COMMITTED -> "READ COMMITTED";
      case REPEATABLE_READ -> "REPEATABLE READ";
      case SERIALIZABLE -> "SERIALIZABLE";
    };
  }
}
