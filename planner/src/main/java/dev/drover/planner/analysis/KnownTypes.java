package dev.drover.planner.analysis;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The types of some expressions, as PostgreSQL resolves them: exact numbers (arithmetic over
 * columns and literals, CASE and COALESCE over such, EXTRACT) and parts of texts in the default
 * collation.
 *
 * <p>Source: PostgreSQL manual, chapter 10 "Type Conversion"; the result types of {@code
 * pg_operator}.
 */
public final class KnownTypes {
  static final int INT2 = 21;
  static final int INT4 = 23;
  static final int INT8 = 20;
  static final int NUMERIC = 1700;

  private static final int TEXT = 25;
  private static final Set<Integer> TEXTS = Set.of(TEXT, 1042, 1043);

  /** Each is cast to the next by itself. */
  private static final List<Integer> WIDENING = List.of(INT2, INT4, INT8, NUMERIC);

  private static final Set<String> ARITHMETIC = Set.of("+", "-", "*", "/", "%");

  private KnownTypes() {}

  /** The OID of its type; empty when it is none of these. */
  public static Optional<Integer> of(Expr value, Scope scope) {
    return switch (value) {
      case Expr.Literal(_, var kind, _) -> literal(kind);
      case Expr.ColumnRef _ -> Conditions.variable(value, scope).flatMap(KnownTypes::of);
      case Expr.Operator(_, var operator, var left, var right)
          when operator.schema().isEmpty() && ARITHMETIC.contains(operator.symbol()) ->
          left.isPresent()
              ? common(List.of(left.get(), right), scope)
              : of(right, scope).filter(_ -> operator.symbol().equals("-"));
      case Expr.Case(_, _, var whens, var otherwise) -> {
        List<Expr> results = new ArrayList<>(whens.stream().map(Expr.Case.When::result).toList());
        otherwise.ifPresent(results::add);
        yield common(results, scope);
      }
      case Expr.Special(_, var keyword, var children) when keyword.equals("COALESCE") ->
          common(
              children.stream().filter(Expr.class::isInstance).map(Expr.class::cast).toList(),
              scope);
      case Expr.Special(_, var keyword, _) when keyword.equals("EXTRACT") -> Optional.of(NUMERIC);
      case Expr.Special(_, var keyword, var children) when keyword.equals("SUBSTRING") ->
          children.getFirst() instanceof Expr whole ? part(whole, scope) : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static Optional<Integer> part(Expr whole, Scope scope) {
    return Conditions.variable(whole, scope)
        .flatMap(Conditions::column)
        .filter(c -> TEXTS.contains(c.typeOid()) && c.collation().isEmpty())
        .map(_ -> TEXT);
  }

  private static Optional<Integer> literal(LiteralKind kind) {
    return switch (kind) {
      case INT4 -> Optional.of(INT4);
      case INT8 -> Optional.of(INT8);
      case NUMERIC -> Optional.of(NUMERIC);
      case STRING, UNICODE_STRING, NATIONAL_STRING, BIT_STRING -> Optional.empty();
    };
  }

  /** The widest of all; NULL has any type. */
  private static Optional<Integer> common(List<Expr> values, Scope scope) {
    int widest = -1;
    for (Expr value : values) {
      boolean isNull =
          value instanceof Expr.Constant(_, var kind) && kind == Expr.Constant.Kind.NULL;
      if (isNull) {
        continue;
      }
      int width = of(value, scope).map(WIDENING::indexOf).orElse(-1);
      if (width < 0) {
        return Optional.empty();
      }
      widest = Math.max(widest, width);
    }
    return widest < 0 ? Optional.empty() : Optional.of(WIDENING.get(widest));
  }

  /** Through any number of derived tables. */
  public static Optional<Integer> of(Variable variable) {
    Optional<Column> column = Conditions.column(variable);
    if (column.isPresent()) {
      return column.map(Column::typeOid).filter(WIDENING::contains);
    }
    if (!(variable.source() instanceof Derived derived)
        || derived.columns().isEmpty()
        || derived.view().isPresent()) {
      return Optional.empty();
    }
    int position = derived.columns().get().indexOf(variable.column());
    Optional<Block> block = derived.query().block();
    return block
        .flatMap(Block::outputs)
        .filter(outputs -> position >= 0 && position < outputs.size())
        .flatMap(outputs -> of(outputs.get(position).value(), block.get().scope()));
  }

  /** The type of the sum of values of a type. */
  public static int ofSum(int type) {
    return type == INT2 || type == INT4 ? INT8 : NUMERIC;
  }
}
