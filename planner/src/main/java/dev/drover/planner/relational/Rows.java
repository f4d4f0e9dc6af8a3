package dev.drover.planner.relational;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Pin;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** What a query does with rows, over columns that are known by themselves and not by position. */
public sealed interface Rows {
  /** Those that an operator above can use. */
  List<Column> columns();

  /**
   * A table.
   *
   * @param name qualified and quoted
   * @param names of its columns, quoted, in the order of {@code columns}
   * @param count of its rows, about
   * @param pins the leaves that constants narrow it to; without any all count
   */
  record Scan(
      String name,
      List<String> names,
      List<Column> columns,
      double count,
      Spot spot,
      List<Pin> pins)
      implements Rows {
    public Scan {
      requireNonNull(name);
      names = List.copyOf(names);
      columns = List.copyOf(columns);
      requireNonNull(spot);
      pins = List.copyOf(pins);
    }
  }

  /** The rows for which all conditions are true. */
  record Where(Rows input, List<Scalar> conditions) implements Rows {
    public Where {
      requireNonNull(input);
      conditions = List.copyOf(conditions);
    }

    @Override
    public List<Column> columns() {
      return input.columns();
    }
  }

  /** The rows with more columns. */
  record Compute(Rows input, List<Computed> computed) implements Rows {
    /** A column and what it is. */
    public record Computed(Column column, Scalar value) {}

    public Compute {
      requireNonNull(input);
      computed = List.copyOf(computed);
    }

    @Override
    public List<Column> columns() {
      List<Column> all = new ArrayList<>(input.columns());
      computed.forEach(c -> all.add(c.column()));
      return List.copyOf(all);
    }
  }

  /** Pairs of rows for which all conditions are true; SEMI and ANTI yield rows of the left side. */
  record Join(Kind kind, Rows left, Rows right, List<Scalar> on) implements Rows {
    /** Which join. */
    public enum Kind {
      INNER,
      LEFT,
      SEMI,
      ANTI
    }

    public Join {
      requireNonNull(kind);
      requireNonNull(left);
      requireNonNull(right);
      on = List.copyOf(on);
    }

    public boolean keepsRight() {
      return kind == Kind.INNER || kind == Kind.LEFT;
    }

    @Override
    public List<Column> columns() {
      List<Column> all = new ArrayList<>(left.columns());
      if (keepsRight()) {
        all.addAll(right.columns());
      }
      return List.copyOf(all);
    }
  }

  /** One row for each group; without keys one row in any case. */
  record Group(Rows input, List<Column> keys, List<Aggregate> aggregates) implements Rows {
    public Group {
      requireNonNull(input);
      keys = List.copyOf(keys);
      aggregates = List.copyOf(aggregates);
    }

    @Override
    public List<Column> columns() {
      Set<Column> all = new LinkedHashSet<>(keys);
      aggregates.forEach(a -> all.add(a.result()));
      return List.copyOf(all);
    }
  }

  /**
   * Rows that were sent elsewhere.
   *
   * @param columns those that were sent
   */
  record Moved(Rows input, Spot from, Spot to, Exchange.Route route, List<Column> columns)
      implements Rows {
    public Moved {
      requireNonNull(input);
      requireNonNull(from);
      requireNonNull(to);
      requireNonNull(route);
      columns = List.copyOf(columns);
    }
  }

  /** The rows that it is made of. */
  default List<Rows> inputs() {
    return switch (this) {
      case Scan _ -> List.of();
      case Where(var input, _) -> List.of(input);
      case Compute(var input, _) -> List.of(input);
      case Join(_, var left, var right, _) -> List.of(left, right);
      case Group(var input, _, _) -> List.of(input);
      case Moved(var input, _, _, _, _) -> List.of(input);
    };
  }

  /** True when every expression uses columns that are there. */
  default boolean isWhole() {
    Set<Column> there = new LinkedHashSet<>();
    inputs().forEach(i -> there.addAll(i.columns()));
    boolean own =
        switch (this) {
          case Scan _, Moved _ -> true;
          case Where(_, var conditions) ->
              conditions.stream().allMatch(c -> there.containsAll(c.columns()));
          case Compute(_, var computed) ->
              computed.stream().allMatch(c -> there.containsAll(c.value().columns()));
          case Join(_, _, _, var on) -> on.stream().allMatch(c -> there.containsAll(c.columns()));
          case Group(_, var keys, var aggregates) ->
              there.containsAll(keys)
                  && aggregates.stream().allMatch(a -> there.containsAll(a.call().columns()));
        };
    return own && inputs().stream().allMatch(Rows::isWhole);
  }
}
