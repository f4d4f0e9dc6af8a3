package dev.drover.planner.text;

import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Scope;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation.UniqueKey;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.Facts;
import dev.drover.planner.sql.Assignment;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import dev.drover.planner.sql.OperatorName;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds statements whose literals could as well be parameters, so that a server can keep them
 * prepared for other literals.
 *
 * <p>A literal is taken for one only where PostgreSQL is known to treat both alike: an integer that
 * is stored in an integer column which holds every value of its type, or that is the operand of an
 * operator with an integer column in the other one. Nothing is computed from constants alone then,
 * which PostgreSQL would do while it plans, with the errors that this may have. If any literal of
 * the statement stands elsewhere, none is taken. And a row must be given, or be chosen by the whole
 * of a unique key, so that a plan for all values is as good as one for the value.
 *
 * <p>Threads: confined to the routing of one statement.
 */
public final class LiteralParameters {
  private static final int INT4 = 23;
  private static final int INT8 = 20;
  private static final Set<String> INTEGERS = Set.of("smallint", "integer", "bigint");
  private static final Set<String> ARITHMETIC = Set.of("+", "-", "*", "/", "%");
  private static final Set<String> COMPARISONS = Set.of("=", "<>", "!=", "<", ">", "<=", ">=");

  private final Analysis analysis;
  private final Scope scope;
  private final Map<Integer, Integer> found = new TreeMap<>();

  public LiteralParameters(Analysis analysis, Scope scope) {
    this.analysis = analysis;
    this.scope = scope;
  }

  /** For one row of constants; the type of each literal, or nothing. */
  public static List<Integer> ofValues(Analysis analysis, List<Column> columns, List<Expr> values) {
    LiteralParameters literals = new LiteralParameters(analysis, new Scope(Optional.empty()));
    for (int i = 0; i < values.size(); i++) {
      literals.stored(columns.get(i), values.get(i));
    }
    return literals.types();
  }

  /** For a query of a table, or its change; the type of each literal, or nothing. */
  public List<Integer> ofRow(TableUse table) {
    boolean isLeaf = table.inText() && NodeText.mayNameLeaf(table);
    if (analysis.tables().size() != 1 || !isLeaf || !isOneRow(table)) {
      return List.of();
    }
    Statement statement = analysis.parsed().statement();
    switch (statement) {
      case Update update -> {
        update.assignments().forEach(a -> assigned(table, a));
        update.where().ifPresent(this::condition);
      }
      case Delete delete -> delete.where().ifPresent(this::condition);
      case Statement.Select(_, var query)
          when query.body() instanceof QueryBody.SelectBlock select -> {
        select.targets().stream().map(QueryPart.Target::value).forEach(this::isNumber);
        select.where().ifPresent(this::condition);
      }
      default -> {
        return List.of();
      }
    }
    return types();
  }

  private boolean isOneRow(TableUse table) {
    Facts facts = analysis.flow().of(table);
    return table.relation().uniqueKeys().stream()
        .filter(key -> !key.partial() && !key.columns().contains(0))
        .map(UniqueKey::columns)
        .anyMatch(
            columns ->
                columns.stream().allMatch(c -> facts.constant(table.variable(c)).isPresent()));
  }

  /** Nothing if a single literal of the statement is not among those that were found. */
  private List<Integer> types() {
    boolean all =
        analysis.parsed().parameterCount() == 0
            && analysis.parsed().firstLiteral() == 0
            && found.size() == analysis.reads().literals().literalCount();
    return all ? List.copyOf(found.values()) : List.of();
  }

  private void assigned(TableUse table, Assignment assignment) {
    boolean plain = !assignment.row() && !assignment.targets().getFirst().indirection();
    if (plain) {
      table
          .relation()
          .column(assignment.targets().getFirst().column().text())
          .ifPresent(column -> stored(column, assignment.value()));
    }
  }

  private void stored(Column column, Expr value) {
    boolean fits = column.typeName().equals("bigint") || column.typeName().equals("integer");
    List<Expr.Literal> literals = constant(value);
    if (fits && !literals.isEmpty()) {
      Expr.Literal literal = literals.getFirst();
      if (literal.kind() == LiteralKind.INT4 || column.typeName().equals("bigint")) {
        take(literal);
      }
    } else {
      isNumber(value);
    }
  }

  /** The literal that an operand is but for its sign; a sign changes the type of none of these. */
  private static List<Expr.Literal> constant(Expr expression) {
    return switch (expression) {
      case Expr.Literal literal when isInteger(literal) -> List.of(literal);
      case Expr.Operator(_, var operator, var left, Expr.Literal literal)
          when left.isEmpty()
              && isOne(operator, Set.of("-"))
              && literal.ordinal() >= 0
              && literal.kind() == LiteralKind.INT4 ->
          List.of(literal);
      default -> List.of();
    };
  }

  private static boolean isInteger(Expr.Literal literal) {
    return literal.ordinal() >= 0
        && (literal.kind() == LiteralKind.INT4 || literal.kind() == LiteralKind.INT8);
  }

  private void take(Expr.Literal literal) {
    found.put(literal.ordinal(), literal.kind() == LiteralKind.INT4 ? INT4 : INT8);
  }

  /** What AND, OR and NOT join is looked at by itself. */
  private void condition(Expr condition) {
    switch (condition) {
      case Expr.Logical(_, _, var operands) -> operands.forEach(this::condition);
      case Expr.Operator(_, var operator, var left, var right)
          when left.isPresent() && isOne(operator, COMPARISONS) ->
          operands(left.get(), right);
      default -> {
        // Its literals, if it has any, stay what they are.
      }
    }
  }

  /** True for arithmetic on integer columns, whose literals are taken. */
  private boolean isNumber(Expr expression) {
    return switch (expression) {
      case Expr.ColumnRef _ -> isIntegerColumn(expression);
      case Expr.Operator(_, var operator, var left, var right)
          when left.isPresent() && isOne(operator, ARITHMETIC) ->
          operands(left.get(), right);
      default -> false;
    };
  }

  /** Takes the literals of two operands, unless no column is in them. */
  private boolean operands(Expr left, Expr right) {
    List<Expr.Literal> ofLeft = constant(left);
    List<Expr.Literal> ofRight = constant(right);
    if (!ofLeft.isEmpty() && !ofRight.isEmpty()) {
      return false;
    }
    boolean numbers =
        (!ofLeft.isEmpty() || isNumber(left)) && (!ofRight.isEmpty() || isNumber(right));
    if (numbers) {
      List<Expr.Literal> both = new ArrayList<>(ofLeft);
      both.addAll(ofRight);
      both.forEach(this::take);
    }
    return numbers;
  }

  private static boolean isOne(OperatorName operator, Set<String> symbols) {
    return operator.schema().isEmpty() && symbols.contains(operator.symbol());
  }

  private boolean isIntegerColumn(Expr expression) {
    return Conditions.variable(expression, scope)
        .flatMap(Conditions::column)
        .map(column -> INTEGERS.contains(column.typeName()))
        .orElse(false);
  }
}
