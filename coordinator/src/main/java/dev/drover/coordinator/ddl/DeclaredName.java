package dev.drover.coordinator.ddl;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.AlterAction;
import dev.drover.planner.sql.Constraint;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.Statement;
import java.util.Optional;

/**
 * The name that a statement gives to a unique index, in the error of a leaf whose part of it
 * PostgreSQL has named by itself.
 */
final class DeclaredName {
  private DeclaredName() {}

  static ErrorFields in(Statement statement, ErrorFields error) {
    Optional<String> shown = error.get(ErrorFields.CONSTRAINT);
    Optional<String> declared = declared(statement);
    boolean unique = error.sqlState().equals(SqlState.UNIQUE_VIOLATION.code());
    if (!unique || shown.isEmpty() || declared.isEmpty()) {
      return error;
    }
    String message = error.message().replace('"' + shown.get() + '"', '"' + declared.get() + '"');
    return error.with(ErrorFields.CONSTRAINT, declared.get()).with(ErrorFields.MESSAGE, message);
  }

  private static Optional<String> declared(Statement statement) {
    return switch (statement) {
      case Definition.CreateIndex index -> index.name().map(Name::text);
      case Definition.AlterTable alter when alter.actions().size() == 1 ->
          alter.actions().getFirst() instanceof AlterAction.AddConstraint(_, Constraint constraint)
              ? constraint.name().map(Name::text)
              : Optional.empty();
      default -> Optional.empty();
    };
  }
}
