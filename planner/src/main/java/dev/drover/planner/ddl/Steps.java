package dev.drover.planner.ddl;

import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.DdlStep;
import dev.drover.planner.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Collects the steps of one statement.
 *
 * <p>Threads: confined to the caller's.
 */
final class Steps {
  private static final String NO_CAPTURE = "";

  private static final String REACHED = "drover_reached";

  /** Whatever takes a column, a default, a constraint or an index away locks the table so. */
  private static final String REACHED_TABLES =
      """
      SELECT coalesce(array_agg(l.relation), '{}') FROM pg_catalog.pg_locks l \
      WHERE l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation' \
      AND l.mode = 'AccessExclusiveLock' AND l.granted\
      """;

  private final DdlContext context;
  private final List<DdlStep> steps = new ArrayList<>();
  private final List<String> notices = new ArrayList<>();

  Steps(DdlContext context) {
    this.context = context;
  }

  /** A reference to a captured value. */
  static String value(String capture) {
    return "${" + capture + "}";
  }

  Steps catalog(String sql) {
    steps.add(new Plan.Step(Plan.Step.Where.CATALOG, List.of(), sql, NO_CAPTURE));
    return this;
  }

  Steps catalogValue(String capture, String sql) {
    steps.add(new Plan.Step(Plan.Step.Where.CATALOG, List.of(), sql, capture));
    return this;
  }

  Steps metadata(String sql) {
    steps.add(new Plan.Step(Plan.Step.Where.METADATA, List.of(), sql, NO_CAPTURE));
    return this;
  }

  Steps metadataValue(String capture, String sql) {
    steps.add(new Plan.Step(Plan.Step.Where.METADATA, List.of(), sql, capture));
    return this;
  }

  /** Refused while a job fills the table anew; waited for while one copies rows of it. */
  Steps requireIdle(Relation table) {
    return requireIdle(List.of(table.oid()));
  }

  /** The same of several tables, by OID. */
  Steps requireIdle(List<Integer> tables) {
    return metadata("SELECT drover.require_idle(%s)".formatted(SqlQuote.numbers(tables)));
  }

  /**
   * The same of all tables that the change has reached on the catalog node, where it locks them.
   */
  Steps requireReachedIdle() {
    return catalogValue(REACHED, REACHED_TABLES)
        .metadata("SELECT drover.require_idle('%s')".formatted(value(REACHED)));
  }

  /** On all nodes; what moves have left on the datanodes has no part in it. */
  Steps everywhereWithoutTrash(String sql) {
    return catalog(sql).dropDependentTrash().datanodes(sql);
  }

  /** What moves have left has no part in what follows on the datanodes. */
  Steps dropDependentTrash() {
    return datanodes("SELECT drover.drop_dependent_trash()");
  }

  /** On every datanode; no step if there is none. */
  Steps datanodes(String sql) {
    if (!context.datanodes().isEmpty()) {
      steps.add(new Plan.Step(Plan.Step.Where.DATANODES, context.datanodes(), sql, NO_CAPTURE));
    }
    return this;
  }

  Steps datanodeValue(int node, String capture, String sql) {
    steps.add(new Plan.Step(Plan.Step.Where.DATANODES, List.of(node), sql, capture));
    return this;
  }

  Steps carry(CarryRows rows) {
    steps.add(rows);
    return this;
  }

  Steps notice(String text) {
    notices.add(text);
    return this;
  }

  Plan.Utility plan(String tag) {
    return new Plan.Utility(steps, tag, notices, Optional.empty());
  }

  Plan.Utility plan(String tag, Plan then) {
    return new Plan.Utility(steps, tag, notices, Optional.of(then));
  }
}
