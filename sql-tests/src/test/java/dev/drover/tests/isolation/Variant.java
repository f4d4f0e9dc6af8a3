package dev.drover.tests.isolation;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Locale;

/** One way to run a script: where its keys lie, and the isolation level. */
record Variant(Placement placement, String level, List<Integer> keys) {
  private static final String SERIALIZABLE = "serializable";

  Variant {
    requireNonNull(placement);
    requireNonNull(level);
    keys = List.copyOf(keys);
  }

  boolean isSerializable() {
    return level.equals(SERIALIZABLE);
  }

  boolean isSpread() {
    return placement == Placement.SPREAD;
  }

  /** A text of the script with the level and the keys put in. */
  String sql(String template) {
    String sql = template.replace("$level", level.toUpperCase(Locale.ROOT));
    for (int i = 0; i < keys.size(); i++) {
      sql = sql.replaceAll("\\$" + (char) ('a' + i) + "\\b", keys.get(i).toString());
    }
    return sql;
  }

  @Override
  public String toString() {
    String place = placement.name().toLowerCase(Locale.ROOT);
    return level.isEmpty() ? place : place + ", " + level;
  }
}
