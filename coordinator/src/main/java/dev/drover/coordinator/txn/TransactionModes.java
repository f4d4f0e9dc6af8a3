package dev.drover.coordinator.txn;

import dev.drover.planner.sql.TransactionCommand.Isolation;
import dev.drover.planner.sql.TransactionCommand.Modes;
import java.util.ArrayList;
import java.util.List;

/** Transaction modes as text. */
public final class TransactionModes {
  private TransactionModes() {}

  /** BEGIN with what was asked for; what was not follows the session's defaults. */
  public static String beginSql(Modes modes) {
    return "BEGIN" + list(modes);
  }

  /** SET TRANSACTION, for participants that have begun already. */
  public static String setSql(Modes modes) {
    return "SET TRANSACTION" + list(modes);
  }

  /** The settings that SET SESSION CHARACTERISTICS changes. */
  public static List<String> defaultSettings(Modes modes) {
    List<String> names = new ArrayList<>();
    modes.isolation().ifPresent(_ -> names.add("default_transaction_isolation"));
    modes.readOnly().ifPresent(_ -> names.add("default_transaction_read_only"));
    modes.deferrable().ifPresent(_ -> names.add("default_transaction_deferrable"));
    return names;
  }

  private static String list(Modes modes) {
    StringBuilder sql = new StringBuilder();
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
