package dev.drover.planner.context;

import java.util.Set;

/**
 * What {@code pg_proc} says of functions by name, over all schemas; of several functions of one
 * name the worst counts.
 *
 * @param volatiles names of which some function is volatile
 * @param stables names of which some function is stable
 * @param aggregates names of aggregates, built in or not
 * @param setReturning names of which some function returns a set
 */
public record FunctionCatalog(
    Set<String> volatiles, Set<String> stables, Set<String> aggregates, Set<String> setReturning) {
  /** One row per name: name, volatile, stable, aggregate, set-returning. */
  public static final String QUERY =
      """
      SELECT proname, bool_or(provolatile = 'v'), bool_or(provolatile = 's'),
             bool_or(prokind = 'a'), bool_or(proretset)
      FROM pg_catalog.pg_proc
      GROUP BY proname
      HAVING bool_or(provolatile <> 'i') OR bool_or(prokind = 'a') OR bool_or(proretset)\
      """;

  public FunctionCatalog {
    volatiles = Set.copyOf(volatiles);
    stables = Set.copyOf(stables);
    aggregates = Set.copyOf(aggregates);
    setReturning = Set.copyOf(setReturning);
  }
}
