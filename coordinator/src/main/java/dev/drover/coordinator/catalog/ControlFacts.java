package dev.drover.coordinator.catalog;

import dev.drover.pgwire.FieldDescription;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.Statement;
import java.util.List;
import java.util.Map;

/** The columns of statements that the session itself carries out. */
final class ControlFacts {
  private static final int TEXT_OID = 25;
  private static final int VARIABLE_LENGTH = -1;

  /** Settings that PostgreSQL does not write in lower case. */
  private static final Map<String, String> MIXED_CASE =
      Map.of("datestyle", "DateStyle", "intervalstyle", "IntervalStyle", "timezone", "TimeZone");

  private ControlFacts() {}

  static StatementFacts of(Statement statement) {
    List<FieldDescription> columns =
        switch (statement) {
          case SessionCommand.Show show when show.name().isPresent() ->
              List.of(FieldDescription.of(canonical(show.name().get()), TEXT_OID, VARIABLE_LENGTH));
          case SessionCommand.Show _ ->
              List.of(
                  FieldDescription.of("name", TEXT_OID, VARIABLE_LENGTH),
                  FieldDescription.of("setting", TEXT_OID, VARIABLE_LENGTH),
                  FieldDescription.of("description", TEXT_OID, VARIABLE_LENGTH));
          default -> List.of();
        };
    return new StatementFacts(List.of(), columns);
  }

  private static String canonical(String name) {
    return MIXED_CASE.getOrDefault(name, name);
  }
}
