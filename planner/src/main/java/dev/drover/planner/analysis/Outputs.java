package dev.drover.planner.analysis;

import dev.drover.planner.sql.Alias;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Names the columns of results.
 *
 * <p>Source: PostgreSQL 15 {@code FigureColname} in {@code parse_target.c}.
 */
public final class Outputs {
  public static final String UNNAMED = "?column?";

  private Outputs() {}

  /** Empty when a star stands for columns that are not known. */
  public static Optional<List<Output>> of(List<QueryPart.Target> targets, Block block) {
    List<Output> outputs = new ArrayList<>();
    for (QueryPart.Target target : targets) {
      if (target.value() instanceof Expr.Access access
          && access.step() instanceof Expr.Access.AllFields) {
        return Optional.empty();
      }
      if (target.value() instanceof Expr.ColumnRef reference && reference.star()) {
        Optional<List<Output>> expanded = expand(reference, block);
        if (expanded.isEmpty()) {
          return Optional.empty();
        }
        outputs.addAll(expanded.get());
      } else {
        String name = target.alias().map(Name::text).orElseGet(() -> name(target.value()));
        outputs.add(
            new Output(name, target.value(), Conditions.variable(target.value(), block.scope())));
      }
    }
    return Optional.of(List.copyOf(outputs));
  }

  private static Optional<List<Output>> expand(Expr.ColumnRef star, Block block) {
    if (star.parts().isEmpty()) {
      return block.scope().hasMerged() ? Optional.empty() : ofSources(block.scope().sources());
    }
    return block
        .scope()
        .source(star.parts().stream().map(Name::text).toList())
        .flatMap(source -> ofSources(List.of(source)));
  }

  /** All columns of the sources in order. */
  static Optional<List<Output>> ofSources(List<Source> sources) {
    List<Output> outputs = new ArrayList<>();
    for (Source source : sources) {
      if (source.columns().isEmpty()) {
        return Optional.empty();
      }
      for (String column : source.columns().get()) {
        Variable variable = new Variable(source, column);
        outputs.add(new Output(column, reference(column), Optional.of(variable)));
      }
    }
    return Optional.of(List.copyOf(outputs));
  }

  private static Expr reference(String column) {
    Span nowhere = new Span(0, 0);
    return new Expr.ColumnRef(nowhere, List.of(new Name(nowhere, column, true)), false);
  }

  /** What PostgreSQL calls the column of an expression without an alias. */
  public static String name(Expr expression) {
    return switch (expression) {
      case Expr.ColumnRef(_, var parts, _) when !parts.isEmpty() -> parts.getLast().text();
      case Expr.FunctionCall call -> call.name().local();
      case Expr.Cast(_, _, var argument, var type) -> {
        String inner = name(argument);
        yield inner.equals(UNNAMED) ? type.name().local() : inner;
      }
      case Expr.Case(_, _, _, var otherwise) -> {
        String inner = otherwise.map(Outputs::name).orElse(UNNAMED);
        yield inner.equals(UNNAMED) ? "case" : inner;
      }
      case Expr.Access(_, var base, Expr.Access.Field(var field)) -> field.text();
      case Expr.Access(_, var base, _) -> name(base);
      case Expr.SubqueryExpr subquery -> name(subquery);
      case Expr.ArrayExpr _ -> "array";
      case Expr.RowExpr _ -> "row";
      case Expr.Constant(_, var kind)
          when kind == Expr.Constant.Kind.TRUE || kind == Expr.Constant.Kind.FALSE ->
          "bool";
      case Expr.Special(_, var keyword, var children) -> special(keyword, children);
      default -> UNNAMED;
    };
  }

  private static String name(Expr.SubqueryExpr subquery) {
    return switch (subquery.kind()) {
      case EXISTS -> "exists";
      case ARRAY -> "array";
      case SCALAR, IN, ANY, ALL -> UNNAMED;
    };
  }

  private static String special(String keyword, List<dev.drover.planner.sql.Node> children) {
    if (keyword.equals("COLLATE") && children.getFirst() instanceof Expr inner) {
      return name(inner);
    }
    return keyword.equals("AT TIME ZONE") ? "timezone" : keyword.toLowerCase(Locale.ROOT);
  }

  /** The rows of functions, whose columns only PostgreSQL knows. */
  static Rows rows(FromItem.FunctionItem function) {
    Optional<Alias> alias = function.alias();
    String name =
        alias
            .flatMap(Alias::name)
            .map(Name::text)
            .orElseGet(() -> name(function.functions().getFirst()));
    return new Rows(name, Optional.empty(), true);
  }
}
