package dev.drover.planner.translation;

import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.ColumnTypes;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.KnownTypes;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.context.TypeNames;
import dev.drover.planner.context.Unsupported;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.relational.Scalar;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.Query;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Span;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Cuts the text of expressions where columns stand. */
final class Expressions {
  private final Analysis analysis;
  private final Columns columns;
  private final SpliceText source;

  /** What stands for a piece of the text. */
  private record Cut(Span span, Scalar value) {}

  /** Expressions that something else stands for already: aggregates, grouped keys, subqueries. */
  interface Known extends Function<Expr, Optional<Scalar>> {
    Known NONE = _ -> Optional.empty();

    default Known or(Known other) {
      return e -> apply(e).or(() -> other.apply(e));
    }
  }

  Expressions(Analysis analysis, Columns columns) {
    this.analysis = analysis;
    this.columns = columns;
    this.source = new NodeText(analysis).plain(true);
  }

  Scalar value(Expr expression, Block block, Known known) {
    return cut(expression, expression.span(), source, block, known);
  }

  /** An aggregate, over the rows of the block. */
  Scalar aggregate(Expr.FunctionCall call, Block block) {
    return aggregate(call, source, block);
  }

  /** With another name of the function. */
  Scalar renamed(Expr.FunctionCall call, String name, Block block) {
    return aggregate(call, source.copy().replace(call.name().span(), name), block);
  }

  private Scalar aggregate(Expr.FunctionCall call, SpliceText text, Block block) {
    List<Cut> cuts = new ArrayList<>();
    call.children().forEach(child -> collect(child, block, Known.NONE, cuts));
    return cut(cuts, call.span(), text);
  }

  private Scalar cut(Expr expression, Span span, SpliceText text, Block block, Known known) {
    List<Cut> cuts = new ArrayList<>();
    collect(expression, block, known, cuts);
    return cut(cuts, span, text);
  }

  private Scalar cut(List<Cut> cuts, Span span, SpliceText text) {
    cuts.sort(Comparator.comparingInt(c -> c.span().start()));
    List<Scalar.Part> parts = new ArrayList<>();
    int at = span.start();
    for (Cut cut : cuts) {
      add(parts, text, new Span(at, cut.span().start()));
      boolean wrapped = isWrapped(cut) || cut.value().column().isEmpty();
      if (wrapped && !(cuts.size() == 1 && cut.span().equals(span))) {
        parts.addAll(cut.value().inParentheses());
      } else {
        parts.addAll(cut.value().parts());
      }
      at = cut.span().end();
    }
    add(parts, text, new Span(at, span.end()));
    return Scalar.of(parts);
  }

  private boolean isWrapped(Cut cut) {
    return cut.span().of(analysis.context().text()).startsWith("(");
  }

  private static void add(List<Scalar.Part> parts, SpliceText text, Span span) {
    if (span.lengthBytes() > 0) {
      SqlText rendered = text.render(span);
      parts.add(new Scalar.Part.Text(rendered));
    }
  }

  private void collect(Node node, Block block, Known known, List<Cut> cuts) {
    if (node instanceof Expr expression) {
      Optional<Scalar> own = known.apply(expression);
      if (own.isPresent()) {
        cuts.add(new Cut(expression.span(), own.get()));
        return;
      }
      check(expression);
      if (expression instanceof Expr.ColumnRef reference) {
        cuts.add(new Cut(reference.span(), Scalar.of(columns.of(variable(reference, block)))));
        return;
      }
    }
    if (node instanceof Query) {
      throw Unsupported.error("subqueries in such a place");
    }
    node.children().forEach(child -> collect(child, block, known, cuts));
  }

  private void check(Expr expression) {
    switch (expression) {
      case Expr.FunctionCall call -> {
        if (call.over().isPresent()
            || analysis.functions().returnsSet(call)
            || analysis.functions().isAggregate(call)
            || analysis.functions().isSessionCall(call)
            || analysis.functions().isSequenceCall(call)) {
          throw Unsupported.error("functions of more than one row's values");
        }
      }
      case Expr.Constant(_, var kind) when kind == Expr.Constant.Kind.DEFAULT ->
          throw Unsupported.error("DEFAULT");
      case Expr.Access(_, _, Expr.Access.AllFields _) -> throw Unsupported.error("fields of rows");
      default -> {}
    }
  }

  private static Variable variable(Expr.ColumnRef reference, Block block) {
    if (block.references().get(reference) instanceof Resolved.OfColumn(var variable)) {
      return variable;
    }
    if (!reference.star()
        && block.scope().resolve(reference) instanceof Resolved.OfColumn(var variable)) {
      return variable;
    }
    throw Unsupported.error("names that are no columns");
  }

  /** A condition: columns that are equal are known as such. */
  Scalar condition(Expr condition, Block block, Known known) {
    if (condition instanceof Expr.Operator(_, var operator, var left, var right)
        && left.isPresent()
        && Conditions.isEquality(operator)) {
      Optional<Variable> ofLeft = Conditions.variable(left.get(), block.scope());
      Optional<Variable> ofRight = Conditions.variable(right, block.scope());
      if (ofLeft.isPresent()
          && ofRight.isPresent()
          && known.apply(left.get()).isEmpty()
          && known.apply(right).isEmpty()
          && !Conditions.same(ofLeft.get(), ofRight.get()).isEmpty()) {
        return Scalar.equality(columns.of(ofLeft.get()), columns.of(ofRight.get()));
      }
    }
    return value(condition, block, known).withFraction(fraction(condition, block));
  }

  /** Of rows that pass, as far as it is about one table. */
  double fraction(Expr condition, Block block) {
    List<TableUse> tables =
        RelationNames.collect(condition, Expr.ColumnRef.class).stream()
            .flatMap(r -> Conditions.variable(r, block.scope()).stream())
            .map(Variable::source)
            .map(s -> s instanceof TableUse table ? Optional.of(table) : Optional.<TableUse>empty())
            .flatMap(Optional::stream)
            .distinct()
            .toList();
    return tables.isEmpty()
        ? Scalar.UNKNOWN
        : columns.estimates().fraction(tables.getFirst(), condition);
  }

  /** As {@code format_type} prints it; empty when it is not known here. */
  Optional<String> type(Expr value, Block block) {
    return Conditions.variable(value, block.scope())
        .flatMap(ColumnTypes::of)
        .or(() -> KnownTypes.of(value, block.scope()).map(TypeNames.BUILT_IN::get));
  }

  /** What stands between the clauses' spans is left out. */
  SqlText text(Span span) {
    return source.render(span);
  }

  /** Whether the two are written alike; their literals then count as read. */
  boolean isSame(Expr left, Expr right, Block block) {
    if (left.equals(right)) {
      return true;
    }
    if (left instanceof Expr.Literal || left.getClass() != right.getClass()) {
      return false;
    }
    Optional<Variable> ofLeft = Conditions.variable(left, block.scope());
    if (ofLeft.isPresent()) {
      return ofLeft.equals(Conditions.variable(right, block.scope()));
    }
    byte[] text = analysis.context().text();
    if (!left.span().of(text).strip().equals(right.span().of(text).strip())) {
      return false;
    }
    analysis.reads().source(left.span());
    analysis.reads().source(right.span());
    return true;
  }
}
