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
  public FunctionCatalog {
    volatiles = Set.copyOf(volatiles);
    stables = Set.copyOf(stables);
    aggregates = Set.copyOf(aggregates);
    setReturning = Set.copyOf(setReturning);
  }
}
