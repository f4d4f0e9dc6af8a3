package dev.drover.planner.ddl;

import dev.drover.planner.sql.Constraint;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.TableElement;
import java.util.Optional;
import java.util.Set;

/**
 * Defaults that need a sequence. Sequences exist on the catalog node only; on datanodes such a
 * default is a call that raises.
 */
final class SequenceDefaults {
  private static final Set<String> SEQUENCE_FUNCTIONS =
      Set.of("nextval", "currval", "lastval", "setval");

  private SequenceDefaults() {}

  /** The default on datanodes; the names are for the error message. */
  static String noValue(String table, String column, String type) {
    return "CAST(drover.no_value(%s) AS %s)"
        .formatted(SqlQuote.literal(table + "." + column), type);
  }

  static boolean needsSequence(Expr expression) {
    return RelationNames.functionCalls(expression).stream()
        .anyMatch(c -> SEQUENCE_FUNCTIONS.contains(c.name().local()));
  }

  /** Whether a column that is being added takes its values from a sequence. */
  static boolean needsSequence(TableElement.Column column) {
    return isSerial(column)
        || identity(column).isPresent()
        || column.defaultExpression().map(SequenceDefaults::needsSequence).orElse(false);
  }

  static boolean isSerial(TableElement.Column column) {
    return column.type().map(t -> t.isSerial()).orElse(false);
  }

  static Optional<Constraint> identity(TableElement.Column column) {
    return column.constraints().stream()
        .filter(c -> c.rule() instanceof Constraint.Identity)
        .findFirst();
  }

  /** The integer type behind one of the serial types. */
  static String serialType(String name) {
    return switch (name) {
      case "bigserial", "serial8" -> "bigint";
      case "smallserial", "serial2" -> "smallint";
      default -> "integer";
    };
  }
}
