package dev.drover.coordinator.fragments;

import dev.drover.planner.ddl.SqlQuote;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Exchange.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The statements that make and fill the relation of an exchange. */
public final class TemporaryRelation {
  private TemporaryRelation() {}

  public static String create(Exchange exchange) {
    List<String> elements = new ArrayList<>();
    exchange.columns().forEach(c -> elements.add(SqlQuote.ident(c.name()) + " " + c.type()));
    elements.addAll(exchange.constraints());
    return "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DROP"
        .formatted(SqlQuote.ident(exchange.relation()), String.join(", ", elements));
  }

  static String copy(Exchange exchange) {
    return RowForm.of(exchange).copy(name(exchange));
  }

  /** The relation and its columns, as COPY names them; it may have more columns. */
  public static String withColumns(Exchange exchange) {
    return name(exchange) + " (" + columns(exchange.columns().stream().map(Column::name)) + ")";
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
