package dev.drover.redistribute.apply;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.drover.planner.ddl.SqlQuote;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How rows of the old table become rows of a new one that has other columns: they are staged in a
 * temporary table with the old columns, and a statement of the owner's takes them from there. No
 * value goes through a text that the settings of an expression could change.
 *
 * <p>Threads: immutable.
 *
 * @param table the old one, qualified and quoted; on each target, with or without rows
 * @param alias by which values may call it, quoted
 * @param columns of the new table that are filled, quoted
 * @param values of each, over the old columns
 * @param settings under which values mean what they mean, as name=value
 */
public record Filling(
    String table, String alias, List<String> columns, List<String> values, List<String> settings) {
  public static final String STAGE = "pg_temp.drover_rows";
  private static final String PATH = "search_path=";

  public Filling {
    requireNonNull(table);
    requireNonNull(alias);
    columns = List.copyOf(columns);
    values = List.copyOf(values);
    settings = List.copyOf(settings);
  }

  /** The value of each column that is not just what it was. */
  Map<String, String> conversions() {
    Map<String, String> conversions = new LinkedHashMap<>();
    for (int i = 0; i < columns.size(); i++) {
      if (!columns.get(i).equals(values.get(i))) {
        conversions.put(columns.get(i), values.get(i));
      }
    }
    return conversions;
  }

  /** Makes the stage, which is empty at the beginning of each transaction. */
  public String open(List<String> rowColumns, String owner) {
    return """
    CREATE TEMPORARY TABLE drover_rows ON COMMIT DELETE ROWS AS \
    SELECT %s FROM %s WITH NO DATA; GRANT SELECT ON %s TO %s\
    """
        .formatted(String.join(", ", rowColumns), table, STAGE, owner);
  }

  /** Names in values are found; texts stay exact. Until the end of the transaction. */
  String usePath() {
    return "SELECT "
        + settings.stream().filter(s -> s.startsWith(PATH)).map(Filling::use).collect(joining());
  }

  /** The settings, until the end of the transaction. */
  public String use() {
    return settings.stream().map(Filling::use).collect(joining(", ", "SELECT ", ""));
  }

  /** From the stage into the new table, by its owner. */
  public String fill(String filled) {
    return """
    %s; INSERT INTO %s (%s) SELECT %s FROM %s AS %s\
    """
        .formatted(
            use(), filled, String.join(", ", columns), String.join(", ", values), STAGE, alias);
  }

  private static String use(String setting) {
    int equals = setting.indexOf('=');
    return "pg_catalog.set_config(%s, %s, true)"
        .formatted(
            SqlQuote.literal(setting.substring(0, equals)),
            SqlQuote.literal(setting.substring(equals + 1)));
  }
}
