package dev.drover.planner.analysis;

import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Name;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The columns that a statement uses of each of its sources. What cannot be resolved here may be a
 * column of any source that has one of that name.
 *
 * <p>Threads: confined; filled while the tree is walked.
 */
public final class ColumnNeeds {
  private final Map<Source, Set<String>> named = new HashMap<>();
  private final Set<Source> whole = new HashSet<>();

  /** What the columns are called in the statement, in the order of the source. */
  public List<String> of(Source source) {
    Set<String> needed = named.getOrDefault(source, Set.of());
    return source.columns().orElse(List.of()).stream()
        .filter(column -> isWhole(source) || needed.contains(column))
        .toList();
  }

  public boolean isWhole(Source source) {
    return whole.contains(source);
  }

  void all(Source source) {
    whole.add(source);
  }

  /** Nothing, when the source has no column of that name. */
  void column(Source source, String name) {
    if (source.columns().map(columns -> columns.contains(name)).orElse(false)) {
      named.computeIfAbsent(source, s -> new HashSet<>()).add(name);
    }
  }

  void reference(Expr.ColumnRef reference, Resolved resolved, Scope scope) {
    List<String> parts = reference.parts().stream().map(Name::text).toList();
    switch (resolved) {
      case Resolved.OfColumn(var variable) -> column(variable.source(), variable.column());
      case Resolved.OfRow(var source) -> all(source);
      case Resolved.OfStar _ when parts.isEmpty() -> scope.sources().forEach(this::all);
      case Resolved.OfStar _ -> scope.source(parts).ifPresent(this::all);
      case Resolved.Unknown _ -> unknown(parts, scope);
      case Resolved.OfSystem _, Resolved.OfOutput _ -> {}
    }
  }

  private void unknown(List<String> parts, Scope scope) {
    String name = parts.getLast();
    Optional<String> qualifier =
        parts.size() > 1 ? Optional.of(parts.get(parts.size() - 2)) : Optional.empty();
    for (Optional<Scope> at = Optional.of(scope); at.isPresent(); at = at.get().outer()) {
      for (Source source : at.get().sources()) {
        boolean isColumn = source.columns().map(c -> c.contains(name)).orElse(false);
        if (isColumn && qualifier.map(q -> q.equals(source.name())).orElse(true)) {
          column(source, name);
        } else if (source.name().equals(qualifier.orElse(name))) {
          all(source);
        }
      }
    }
  }
}
