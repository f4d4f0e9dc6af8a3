package dev.drover.coordinator.copy;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.sql.GenericOption;
import dev.drover.planner.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The text of the COPY ... FROM STDIN that a server gets for a client's COPY.
 *
 * <p>HEADER is dropped, since the coordinator reads that line, and FREEZE, which a partitioned
 * table refuses; every other option is passed on, so that servers judge it.
 *
 * @param columns quoted, filled ones first
 * @param options in parentheses, or empty
 * @param where with the word WHERE, or empty
 */
public record CopyStatement(List<String> columns, String options, String where) {
  private static final Set<String> DROPPED = Set.of("header", "freeze");
  private static final Set<String> COLUMN_LISTS =
      Set.of("force_not_null", "force_null", "force_quote");

  public CopyStatement {
    columns = List.copyOf(columns);
    requireNonNull(options);
    requireNonNull(where);
  }

  /**
   * The statement's own form.
   *
   * @param text the UTF-8 text in which the statement's spans lie
   * @param filled quoted names of the columns that the coordinator fills
   * @param listed quoted names of the columns that the client sends
   */
  public static CopyStatement of(
      Statement.Copy statement, byte[] text, List<String> filled, List<String> listed) {
    List<String> columns = new ArrayList<>(filled);
    columns.addAll(listed);
    String where =
        statement.where().map(expression -> " WHERE " + expression.span().of(text)).orElse("");
    return new CopyStatement(columns, options(statement.options(), listed), where);
  }

  /** For rows in binary format that are not a client's. */
  public static CopyStatement binary(List<String> columns) {
    return new CopyStatement(columns, " (FORMAT binary)", "");
  }

  /** Does the statement's meaning depend on the table's own name? Then leaves cannot be named. */
  public boolean needsTableName() {
    return !where.isEmpty();
  }

  /** The text for the table of this qualified and quoted name. */
  public String text(String table) {
    return "COPY "
        + table
        + columns.stream().collect(Collectors.joining(", ", " (", ")"))
        + " FROM STDIN"
        + options
        + where;
  }

  private static String options(List<GenericOption> options, List<String> listed) {
    List<String> kept = new ArrayList<>();
    for (GenericOption option : options) {
      if (!DROPPED.contains(option.name())) {
        kept.add(option.name() + value(option, listed));
      }
    }
    return kept.isEmpty() ? "" : kept.stream().collect(Collectors.joining(", ", " (", ")"));
  }

  private static String value(GenericOption option, List<String> listed) {
    if (option.values().isEmpty()) {
      return "";
    }
    if (!COLUMN_LISTS.contains(option.name())) {
      return " " + option.values().stream().map(CopyStatement::value).collect(Collectors.joining());
    }
    List<String> columns =
        option.values().stream()
            .map(GenericOption.Value::text)
            .flatMap(
                name -> name.equals("*") ? listed.stream() : Optional.of(quoted(name)).stream())
            .toList();
    return columns.stream().collect(Collectors.joining(", ", " (", ")"));
  }

  /** Safe under either setting of standard_conforming_strings. */
  private static String value(GenericOption.Value value) {
    boolean number = !value.string() && value.text().matches("[+-]?[0-9.]+");
    if (number) {
      return value.text();
    }
    return "E'" + value.text().replace("\\", "\\\\").replace("'", "''") + "'";
  }

  private static String quoted(String name) {
    return "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
