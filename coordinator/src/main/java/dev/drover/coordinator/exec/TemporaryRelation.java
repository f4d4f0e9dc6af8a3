package dev.drover.coordinator.exec;

import dev.drover.planner.plan.Exchange;
import java.util.ArrayList;
import java.util.List;

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

  static String analyze(Exchange exchange) {
    return "ANALYZE " + name(exchange);
  }

  private static String name(Exchange exchange) {
    return "pg_temp." + quoted(exchange.relation());
  }

  private static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }
}
