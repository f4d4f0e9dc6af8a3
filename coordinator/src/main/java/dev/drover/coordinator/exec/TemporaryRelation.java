package dev.drover.coordinator.exec;

import dev.drover.planner.plan.Exchange;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** The statements that make and fill the relation of an exchange. */
final class TemporaryRelation {
  private TemporaryRelation() {}

  static String create(Exchange exchange) {
    List<String> elements = new ArrayList<>();
    exchange.columns().forEach(c -> elements.add(quoted(c.name()) + " " + c.type()));
    elements.addAll(exchange.constraints());
    return "CREATE TEMPORARY TABLE %s (%s) ON COMMIT DROP"
        .formatted(quoted(exchange.relation()), String.join(", ", elements));
  }

  static String copy(Exchange exchange, boolean binary) {
    String format = binary ? " (FORMAT binary)" : "";
    return "COPY " + name(exchange) + " FROM STDIN" + format;
  }

  /** For a relation with many rows: its index, and statistics for the planner. */
  static String complete(Exchange exchange) {
    String analyze = "ANALYZE " + name(exchange);
    if (exchange.indexed().isEmpty()) {
      return analyze;
    }
    String columns =
        exchange.indexed().stream()
            .map(TemporaryRelation::quoted)
            .collect(Collectors.joining(", "));
    return "CREATE INDEX ON %s (%s); %s".formatted(name(exchange), columns, analyze);
  }

  private static String name(Exchange exchange) {
    return "pg_temp." + quoted(exchange.relation());
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
