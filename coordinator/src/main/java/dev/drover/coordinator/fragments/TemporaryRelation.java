package dev.drover.coordinator.fragments;

import dev.drover.coordinator.settings.SettingsState;
import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Exchange.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements that make and fill the relation of an exchange. */
public final class TemporaryRelation {
  private static final String TARGET = "default_statistics_target";

  /**
   * Of rows and of different values PostgreSQL learns enough from a tenth of the rows that it looks
   * at by default; to sort all values of 15,000 rows costs it more than to store them.
   */
  private static final int SAMPLE = 10;

  private TemporaryRelation() {}

  /** With its constraints. */
  public static String create(Exchange exchange) {
    return create(exchange, exchange.constraints());
  }

  /** An index that is made when the rows are there costs half. */
  static String createBare(Exchange exchange) {
    return create(exchange, List.of());
  }

  private static String create(Exchange exchange, List<String> constraints) {
    List<String> elements = new ArrayList<>();
    exchange.columns().forEach(c -> elements.add(SqlQuote.ident(c.name()) + " " + c.type()));
    elements.addAll(constraints);
    return "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DROP"
        .formatted(SqlQuote.ident(exchange.relation()), String.join(", ", elements));
  }

  /** Makes it and takes its rows. */
  static String createAndCopy(Exchange exchange) {
    return createBare(exchange) + "; " + copy(exchange);
  }

  static String copy(Exchange exchange) {
    return RowForm.of(exchange).copy(name(exchange));
  }

  /** The relation and its columns, as COPY names them; it may have more columns. */
  public static String withColumns(Exchange exchange) {
    return name(exchange) + " (" + columns(exchange.columns().stream().map(Column::name)) + ")";
  }

  /**
   * For a relation that is filled: its constraints, its index, if it shall have that, and
   * statistics from few rows. The session's own setting is back then.
   */
  static String completeAll(Exchange exchange, boolean indexed, SettingsState settings) {
    StringBuilder sql = new StringBuilder();
    for (String constraint : exchange.constraints()) {
      sql.append("ALTER TABLE %s ADD %s; ".formatted(name(exchange), constraint));
    }
    Optional<String> own = Optional.ofNullable(settings.values().get(TARGET));
    return sql.append("SET LOCAL %s = %d; ".formatted(TARGET, SAMPLE))
        .append(complete(exchange, indexed))
        .append("; SET LOCAL %s TO ".formatted(TARGET))
        .append(own.map(SettingsState::literal).orElse("DEFAULT"))
        .toString();
  }

  /** For a relation that is filled: its index, if it shall have that, and statistics. */
  public static String complete(Exchange exchange, boolean indexed) {
    String analyze = "ANALYZE " + name(exchange);
    if (!indexed || exchange.indexed().isEmpty()) {
      return analyze;
    }
    return "CREATE INDEX ON %s (%s); %s"
        .formatted(name(exchange), columns(exchange.indexed().stream()), analyze);
  }

  private static String name(Exchange exchange) {
    return "pg_temp." + SqlQuote.ident(exchange.relation());
  }

  private static String columns(Stream<String> names) {
    return names.map(SqlQuote::ident).collect(Collectors.joining(", "));
  }
}
