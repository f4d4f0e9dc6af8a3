package dev.drover.planner.analysis;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.OperatorName;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads from a condition what must be equal in every row that passes it. */
public final class Conditions {
  private final KeyConstants constants;

  Conditions(KeyConstants constants) {
    this.constants = constants;
  }

  /** The facts of a condition that must be true. */
  List<Fact> facts(Expr condition, Scope scope) {
    List<Fact> found = new ArrayList<>();
    for (Expr conjunct : conjuncts(condition)) {
      found.addAll(ofConjunct(conjunct, scope));
    }
    return found;
  }

  /** The parts of a condition all of which must be true. */
  public static List<Expr> conjuncts(Expr condition) {
    if (!(condition instanceof Expr.Logical(_, var kind, var operands))
        || kind != Expr.Logical.Kind.AND) {
      return List.of(condition);
    }
    List<Expr> all = new ArrayList<>();
    operands.forEach(o -> all.addAll(conjuncts(o)));
    return all;
  }

  private List<Fact> ofConjunct(Expr conjunct, Scope scope) {
    return switch (conjunct) {
      case Expr.Operator(_, var operator, var left, var right)
          when left.isPresent() && isEquality(operator) ->
          equal(left.get(), right, scope);
      case Expr.InList(_, var argument, var negated, var items) when !negated ->
          oneOf(argument, items, scope);
      case Expr.AnyArray(_, var test, var operator, var all, Expr.ArrayExpr array)
          when !all && isEquality(operator) ->
          oneOf(test, array.elements(), scope);
      case Expr.Logical(_, var kind, var operands) when kind == Expr.Logical.Kind.OR ->
          either(operands, scope);
      default -> List.of();
    };
  }

  public static boolean isEquality(OperatorName operator) {
    return operator.symbol().equals("=")
        && operator.schema().map(s -> s.text().equals("pg_catalog")).orElse(true);
  }

  /** The facts of {@code left = right}, of rows too. */
  List<Fact> equal(Expr left, Expr right, Scope scope) {
    if (left instanceof Expr.RowExpr leftRow && right instanceof Expr.RowExpr rightRow) {
      List<Fact> all = new ArrayList<>();
      for (int i = 0; i < Math.min(leftRow.elements().size(), rightRow.elements().size()); i++) {
        all.addAll(equal(leftRow.elements().get(i), rightRow.elements().get(i), scope));
      }
      return all;
    }
    Optional<Variable> leftColumn = variable(left, scope);
    Optional<Variable> rightColumn = variable(right, scope);
    if (leftColumn.isPresent() && rightColumn.isPresent()) {
      return same(leftColumn.get(), rightColumn.get());
    }
    if (leftColumn.isPresent()) {
      return is(leftColumn.get(), right);
    }
    return rightColumn.map(column -> is(column, left)).orElse(List.of());
  }

  public static Optional<Variable> variable(Expr expression, Scope scope) {
    return expression instanceof Expr.ColumnRef reference
            && scope.resolve(reference) instanceof Resolved.OfColumn(var variable)
        ? Optional.of(variable)
        : Optional.empty();
  }

  /** Nothing, unless the columns' types hash equal values equally. */
  public static List<Fact> same(Variable left, Variable right) {
    Optional<HashType> leftType = hashType(left);
    Optional<HashType> rightType = hashType(right);
    return leftType.isPresent()
            && rightType.isPresent()
            && leftType.get().colocatesWith(rightType.get())
        ? List.of(new Fact.Same(left, right))
        : List.of();
  }

  private static Optional<HashType> hashType(Variable variable) {
    return column(variable).flatMap(KeyConstants::hashType);
  }

  /** The table column that a variable is, through any number of derived tables. */
  public static Optional<Column> column(Variable variable) {
    return switch (variable.source()) {
      case TableUse table -> Optional.of(table.column(variable.column()));
      case Derived derived -> inner(derived, variable.column()).flatMap(Conditions::column);
      case Rows _ -> Optional.empty();
    };
  }

  /** The column of a derived table's block that one of its columns is. */
  public static Optional<Variable> inner(Derived derived, String column) {
    Optional<List<Output>> outputs = derived.query().block().flatMap(Block::outputs);
    if (outputs.isEmpty() || derived.columns().isEmpty()) {
      return Optional.empty();
    }
    int position = derived.columns().get().indexOf(column);
    return position >= 0 && position < outputs.get().size()
        ? outputs.get().get(position).variable()
        : Optional.empty();
  }

  private List<Fact> is(Variable variable, Expr expression) {
    return column(variable)
        .flatMap(column -> constants.compared(column, expression))
        .<List<Fact>>map(value -> List.of(new Fact.Is(variable, value)))
        .orElse(List.of());
  }

  private List<Fact> oneOf(Expr argument, List<Expr> items, Scope scope) {
    if (items.size() == 1) {
      return equal(argument, items.getFirst(), scope);
    }
    Optional<Variable> variable = variable(argument, scope);
    Optional<Column> column = variable.flatMap(Conditions::column);
    if (column.isEmpty()) {
      return List.of();
    }
    List<KeyValue> values =
        items.stream().flatMap(i -> constants.compared(column.get(), i).stream()).toList();
    return values.size() == items.size()
        ? List.of(new Fact.IsOneOf(variable.get(), values))
        : List.of();
  }

  /** For every column that each of the operands compares with constants: one of all of these. */
  private List<Fact> either(List<Expr> operands, Scope scope) {
    Map<Variable, List<KeyValue>> common = constants(facts(operands.getFirst(), scope));
    for (Expr operand : operands.subList(1, operands.size())) {
      Map<Variable, List<KeyValue>> also = constants(facts(operand, scope));
      common.keySet().retainAll(also.keySet());
      common.forEach((variable, values) -> values.addAll(also.get(variable)));
    }
    List<Fact> facts = new ArrayList<>();
    common.forEach((variable, values) -> facts.add(new Fact.IsOneOf(variable, values)));
    return facts;
  }

  /** Of two facts about a column, which both hold, the first is enough. */
  private static Map<Variable, List<KeyValue>> constants(List<Fact> facts) {
    Map<Variable, List<KeyValue>> constants = new LinkedHashMap<>();
    for (Fact fact : facts) {
      switch (fact) {
        case Fact.Is(var variable, var value) ->
            constants.putIfAbsent(variable, new ArrayList<>(List.of(value)));
        case Fact.IsOneOf(var variable, var values) ->
            constants.putIfAbsent(variable, new ArrayList<>(values));
        case Fact.Same _, Fact.Renames _ -> {}
      }
    }
    return constants;
  }
}
