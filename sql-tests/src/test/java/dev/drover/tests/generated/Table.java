package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.StringJoiner;

/**
 * One of the tables that the statements read and change.
 *
 * @param distribution Drover's clause
 * @param hasKey {@code id} is its primary key
 * @param rows how many it holds
 */
record Table(String name, String distribution, boolean hasKey, int rows) {
  /** A column that every table has, in an order of its own. */
  record Field(String name, SqlType type) {}

  static final List<Field> FIELDS =
      List.of(
          new Field("id", SqlType.INTEGER),
          new Field("k", SqlType.INTEGER),
          new Field("big", SqlType.BIGINT),
          new Field("n", SqlType.NUMERIC),
          new Field("f", SqlType.DOUBLE),
          new Field("s", SqlType.TEXT),
          new Field("c", SqlType.TEXT_C),
          new Field("b", SqlType.BOOLEAN),
          new Field("d", SqlType.DATE),
          new Field("ts", SqlType.TIMESTAMP),
          new Field("j", SqlType.JSONB));

  /** Two in one group, others by other columns, in every way that there is, and empty ones. */
  static final List<Table> ALL =
      List.of(
          new Table("h1", "HASH (id)", true, 14),
          new Table("h2", "HASH (id)", true, 11),
          new Table("hk", "HASH (k)", false, 12),
          new Table("hs", "HASH (s)", false, 10),
          new Table("hn", "HASH (n)", false, 9),
          new Table("two", "HASH (k, d)", false, 10),
          new Table("md", "MODULO (id)", true, 10),
          new Table("rr", "ROUNDROBIN", false, 11),
          new Table("rp", "REPLICATION", true, 8),
          new Table("r2", "REPLICATION", false, 6),
          new Table("none", "HASH (id)", true, 0));

  private static final int NULLS_PERCENT = 20;

  /** The columns in this table's own order. */
  List<Field> fields() {
    List<Field> order = new ArrayList<>(FIELDS);
    Collections.rotate(order, ALL.indexOf(this) % 3);
    return List.copyOf(order);
  }

  String create(boolean isDrover) {
    StringJoiner columns = new StringJoiner(", ", "CREATE TABLE " + name + " (", ")");
    for (Field field : fields()) {
      String key = hasKey && field.name().equals("id") ? " PRIMARY KEY" : "";
      columns.add(field.name() + " " + field.type().declaration() + key);
    }
    return columns + (isDrover ? " DISTRIBUTE BY " + distribution : "");
  }

  /** Fills it with what the dice say; an empty text when it stays empty. */
  String fill(Dice dice) {
    StringJoiner all = new StringJoiner(", ", "INSERT INTO " + name + " VALUES ", "");
    for (int id = 1; id <= rows; id++) {
      StringJoiner row = new StringJoiner(", ", "(", ")");
      for (Field field : fields()) {
        row.add(field.name().equals("id") ? Integer.toString(id) : value(field.type(), dice));
      }
      all.add(row.toString());
    }
    return rows == 0 ? "" : all.toString();
  }

  private static String value(SqlType type, Dice dice) {
    boolean isNull = dice.chance(NULLS_PERCENT);
    return isNull ? "NULL" : type.literal(dice.pick(type.samples()));
  }
}
