package dev.drover.coordinator.metadata;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Routine;
import java.util.List;

/**
 * Operators, casts, constraints, defaults and indexes call routines that no statement names, so a
 * statement cannot be refused for them. No such object may stand on a routine that sees one node's
 * rows only.
 *
 * <p>Threads: confined to the caller's.
 */
public final class HiddenCalls {
  private final CatalogQueries schema;

  public HiddenCalls(CatalogQueries schema) {
    this.schema = requireNonNull(schema);
  }

  /** Refuses a change after which there would be such an object: 0A000. */
  public void check(CatalogSnapshot changed) {
    List<Values> calls =
        schema.query("SELECT * FROM drover.snapshot_hidden_calls()").stream()
            .map(Values::new)
            .toList();
    for (Values call : calls) {
      boolean isHarmless =
          changed.routines(call.text(1)).stream()
              .filter(routine -> routine.schema().equals(call.text(0)))
              .allMatch(routine -> routine.reach() == Routine.Reach.NONE);
      if (!isHarmless) {
        throw refusal(call);
      }
    }
  }

  private static SqlError refusal(Values call) {
    return SqlError.notSupported(
            "%s with function %s, which may read or write tables of other nodes"
                .formatted(call.text(2), call.text(1)))
        .withDetail("Inside of a function only the rows of one node can be seen.")
        .withHint(
            "If the function touches no table, say so: ALTER FUNCTION ... SET drover.reach ="
                + " 'none'.");
  }
}
