package dev.drover.planner.context;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.DynamicSql;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.RelationNames;
import java.util.List;
import java.util.Set;

/**
 * Where a call may run, how often it may be evaluated, and whether it aggregates.
 *
 * <p>A call counts as the worst function of its name.
 */
public final class FunctionRules {
  private static final Set<String> SEQUENCE_CALLS =
      Set.of("nextval", "currval", "setval", "lastval");

  /** Built-in functions that keep or need state of one server's session. */
  private static final Set<String> SESSION_CALLS =
      Set.of(
          "set_config",
          "pg_export_snapshot",
          "pg_notify",
          "pg_backend_pid",
          "pg_current_xact_id",
          "pg_current_snapshot",
          "txid_current",
          "txid_current_snapshot",
          "lo_create",
          "lo_creat",
          "lo_unlink",
          "lo_open",
          "dblink");

  private static final String ADVISORY_PREFIX = "pg_advisory_";
  private static final String TRY_ADVISORY_PREFIX = "pg_try_advisory_";

  /** Volatile built-in functions that leave nothing behind. */
  private static final Set<String> HARMLESS =
      Set.of(
          "random",
          "random_normal",
          "setseed",
          "clock_timestamp",
          "timeofday",
          "gen_random_uuid",
          "uuidv4",
          "uuidv7",
          "uuid_generate_v4",
          "pg_sleep",
          "pg_sleep_for",
          "pg_sleep_until",
          "pg_backend_pid",
          "pg_size_pretty",
          "pg_relation_size",
          "pg_table_size",
          "pg_total_relation_size",
          "pg_database_size",
          "pg_indexes_size",
          "pg_is_in_recovery",
          "pg_cancel_backend",
          "pg_notify",
          "pg_terminate_backend",
          "pg_stat_get_activity",
          "version",
          "currval",
          "lastval");

  private static final Set<String> TRANSACTION_CLOCKS = Set.of("now", "transaction_timestamp");

  private final CatalogSnapshot catalog;
  private final FunctionCatalog functions;

  public FunctionRules(CatalogSnapshot catalog, FunctionCatalog functions) {
    this.catalog = catalog;
    this.functions = functions;
  }

  private List<Routine> routines(Expr.FunctionCall call) {
    if (call.name().schema().isEmpty()) {
      return catalog.routines(call.name().local());
    }
    String schema = call.name().schema().get().text();
    return catalog.routines(call.name().local()).stream()
        .filter(r -> r.schema().equals(schema))
        .toList();
  }

  /** An aggregate that is not used as a window function. */
  public boolean isAggregate(Expr.FunctionCall call) {
    return call.over().isEmpty()
        && (functions.aggregates().contains(call.name().local())
            || call.star()
            || call.distinct()
            || call.filter().isPresent()
            || call.withinGroup()
            || !call.orderBy().isEmpty());
  }

  /** The one built-in function of that name. */
  public boolean isBuiltIn(Expr.FunctionCall call) {
    boolean inCatalog = call.name().schema().map(s -> s.text().equals("pg_catalog")).orElse(true);
    return inCatalog && catalog.routines(call.name().local()).isEmpty();
  }

  public boolean isVolatile(Expr.FunctionCall call) {
    return functions.volatiles().contains(call.name().local())
        || routines(call).stream().anyMatch(r -> r.volatility() == Routine.Volatility.VOLATILE);
  }

  public boolean isStable(Expr.FunctionCall call) {
    return functions.stables().contains(call.name().local());
  }

  public boolean returnsSet(Expr.FunctionCall call) {
    return functions.setReturning().contains(call.name().local());
  }

  /** {@code now()}: one value per transaction. */
  public boolean isTransactionClock(Expr.FunctionCall call) {
    return TRANSACTION_CLOCKS.contains(call.name().local())
        && call.arguments().isEmpty()
        && isBuiltIn(call);
  }

  public boolean isSequenceCall(Expr.FunctionCall call) {
    return SEQUENCE_CALLS.contains(call.name().local()) && isBuiltIn(call);
  }

  /** Changes what a sequence gives next. */
  public boolean drawsFromSequence(Expr.FunctionCall call) {
    String name = call.name().local();
    return isBuiltIn(call) && (name.equals("nextval") || name.equals("setval"));
  }

  /** Asks what a sequence gave to this session; for all rows the same. */
  public boolean asksSession(Expr.FunctionCall call) {
    String name = call.name().local();
    return isBuiltIn(call)
        && (name.equals("currval") || name.equals("lastval"))
        && RelationNames.collect(call, Expr.ColumnRef.class).isEmpty()
        && RelationNames.collect(call, Query.class).isEmpty();
  }

  /** Means something on the catalog node's session only. */
  public boolean isSessionCall(Expr.FunctionCall call) {
    String name = call.name().local();
    return isBuiltIn(call)
        && (SESSION_CALLS.contains(name)
            || name.startsWith(ADVISORY_PREFIX)
            || name.startsWith(TRY_ADVISORY_PREFIX));
  }

  public boolean isSetConfig(Expr.FunctionCall call) {
    return call.name().local().equals("set_config") && isBuiltIn(call);
  }

  public boolean notifies(Expr.FunctionCall call) {
    return call.name().local().equals("pg_notify") && isBuiltIn(call);
  }

  /** The call may leave something behind in its connection. */
  public boolean mayLeaveState(Expr.FunctionCall call) {
    return isVolatile(call)
        && !(isBuiltIn(call) && HARMLESS.contains(call.name().local()))
        && !isAggregate(call);
  }

  /** A user's function, of which little is known. */
  public boolean isUsers(Expr.FunctionCall call) {
    return !routines(call).isEmpty();
  }

  /** The worst reach of the functions of that name. */
  public Routine.Reach reach(Expr.FunctionCall call) {
    if (isBuiltIn(call) && DynamicSql.isRunBy(call.name().local())) {
      return Routine.Reach.UNKNOWN;
    }
    Routine.Reach worst = Routine.Reach.NONE;
    for (Routine routine : routines(call)) {
      if (routine.reach().compareTo(worst) > 0) {
        worst = routine.reach();
      }
    }
    return worst;
  }
}
