package dev.drover.planner.analysis;

import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The names that an expression can use: the sources of its block, then those of the blocks around.
 *
 * <p>Threads: confined; grows while FROM is read.
 */
public final class Scope {
  private static final Set<String> SYSTEM_COLUMNS =
      Set.of("tableoid", "ctid", "xmin", "xmax", "cmin", "cmax");

  private final Optional<Scope> outer;
  private final List<Source> sources = new ArrayList<>();
  private final Map<String, Optional<Variable>> merged = new HashMap<>();
  private final Set<Variable> hidden = new HashSet<>();

  public Scope(Optional<Scope> outer) {
    this.outer = outer;
  }

  public void add(Source source) {
    sources.add(source);
  }

  public List<Source> sources() {
    return sources;
  }

  public Optional<Scope> outer() {
    return outer;
  }

  /**
   * A column that JOIN ... USING made of two.
   *
   * @param value the side that is never null where the other is not; empty for FULL
   */
  void merge(String name, Optional<Variable> value, List<Variable> parts) {
    merged.put(name, value);
    hidden.addAll(parts);
  }

  public boolean hasMerged() {
    return !merged.isEmpty();
  }

  /** The side that a merged column's value comes from. */
  Optional<Variable> merged(String name) {
    return merged.getOrDefault(name, Optional.empty());
  }

  public Resolved resolve(Expr.ColumnRef reference) {
    List<String> parts = reference.parts().stream().map(Name::text).toList();
    if (reference.star()) {
      return new Resolved.OfStar();
    }
    if (parts.size() > 1) {
      return qualified(parts);
    }
    return unqualified(parts.getFirst())
        .or(() -> row(parts.getFirst()))
        .orElse(new Resolved.Unknown());
  }

  private Optional<Resolved> unqualified(String name) {
    if (merged.containsKey(name)) {
      return Optional.of(
          merged.get(name).<Resolved>map(Resolved.OfColumn::new).orElse(new Resolved.Unknown()));
    }
    List<Variable> found = new ArrayList<>();
    boolean unknown = false;
    for (Source source : sources) {
      Variable variable = new Variable(source, name);
      if (source.columns().isEmpty()) {
        unknown = true;
      } else if (source.columns().get().contains(name) && !hidden.contains(variable)) {
        found.add(variable);
      }
    }
    if (found.size() == 1) {
      return Optional.of(new Resolved.OfColumn(found.getFirst()));
    }
    if (found.size() > 1 || unknown) {
      return Optional.of(new Resolved.Unknown());
    }
    if (SYSTEM_COLUMNS.contains(name) && firstTable().isPresent()) {
      return Optional.of(new Resolved.OfSystem(firstTable().get(), name));
    }
    return outer.flatMap(o -> o.unqualified(name));
  }

  private Optional<TableUse> firstTable() {
    return sources.stream()
        .filter(TableUse.class::isInstance)
        .map(TableUse.class::cast)
        .findFirst();
  }

  private Optional<Resolved> row(String name) {
    return source(List.of(name)).map(Resolved.OfRow::new);
  }

  private Resolved qualified(List<String> parts) {
    String column = parts.getLast();
    Optional<Source> source = source(parts.subList(0, parts.size() - 1));
    if (source.isEmpty() || source.get().columns().isEmpty()) {
      return new Resolved.Unknown();
    }
    if (source.get().columns().get().contains(column)) {
      return new Resolved.OfColumn(new Variable(source.get(), column));
    }
    if (SYSTEM_COLUMNS.contains(column) && source.get() instanceof TableUse table) {
      return new Resolved.OfSystem(table, column);
    }
    return new Resolved.Unknown();
  }

  /** The source of that name, with its schema or without; the innermost counts. */
  public Optional<Source> source(List<String> name) {
    if (name.isEmpty()) {
      return Optional.empty();
    }
    return sources.stream()
        .filter(s -> isNamed(s, name))
        .findFirst()
        .or(() -> outer.flatMap(o -> o.source(name)));
  }

  private static boolean isSchema(String written, String schema) {
    return written.equals(schema) || (written.equals("pg_temp") && schema.startsWith("pg_temp_"));
  }

  private static boolean isNamed(Source source, List<String> name) {
    if (name.size() == 1) {
      return source.name().equals(name.getFirst());
    }
    Optional<Relation> relation =
        switch (source) {
          case TableUse table when table.ref().alias().isEmpty() -> Optional.of(table.relation());
          case Derived derived -> derived.view().filter(v -> v.name().equals(derived.name()));
          case TableUse _, Rows _ -> Optional.empty();
        };
    return relation
        .filter(r -> r.name().equals(name.getLast()))
        .filter(r -> isSchema(name.get(name.size() - 2), r.schema()))
        .isPresent();
  }
}
