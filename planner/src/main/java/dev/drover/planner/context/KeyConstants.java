package dev.drover.planner.context;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.LiteralKind;
import dev.drover.planner.sql.TypeName;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Decides whether an expression is a constant whose hash is that of the key column's value.
 *
 * <p>Only what surely has the column's value counts: a comparison across hash families (an integer
 * column with a numeric) or an assignment that rounds is not a routing one.
 */
public final class KeyConstants {
  private static final Map<String, HashType> TYPE_NAMES =
      Map.ofEntries(
          Map.entry("int2", HashType.INT2),
          Map.entry("smallint", HashType.INT2),
          Map.entry("int4", HashType.INT4),
          Map.entry("int", HashType.INT4),
          Map.entry("integer", HashType.INT4),
          Map.entry("int8", HashType.INT8),
          Map.entry("bigint", HashType.INT8),
          Map.entry("oid", HashType.OID),
          Map.entry("bool", HashType.BOOL),
          Map.entry("boolean", HashType.BOOL),
          Map.entry("name", HashType.NAME),
          Map.entry("text", HashType.TEXT),
          Map.entry("varchar", HashType.VARCHAR),
          Map.entry("bytea", HashType.BYTEA),
          Map.entry("uuid", HashType.UUID),
          Map.entry("date", HashType.DATE),
          Map.entry("time", HashType.TIME),
          Map.entry("timetz", HashType.TIMETZ),
          Map.entry("timestamp", HashType.TIMESTAMP),
          Map.entry("timestamptz", HashType.TIMESTAMPTZ),
          Map.entry("numeric", HashType.NUMERIC),
          Map.entry("decimal", HashType.NUMERIC),
          Map.entry("inet", HashType.INET),
          Map.entry("cidr", HashType.CIDR),
          Map.entry("macaddr", HashType.MACADDR));

  private final List<Integer> parameterTypes;
  private final Optional<LiteralReads> definition;

  public KeyConstants(List<Integer> parameterTypes) {
    this(parameterTypes, Optional.empty());
  }

  private KeyConstants(List<Integer> parameterTypes, Optional<LiteralReads> definition) {
    this.parameterTypes = parameterTypes;
    this.definition = definition;
  }

  /** For the text of a view, whose literals are the same in every statement. */
  public static KeyConstants ofDefinition(byte[] text) {
    return new KeyConstants(List.of(), Optional.of(new LiteralReads(text)));
  }

  /** The type by which a column is hashed. */
  public static Optional<HashType> hashType(Column column) {
    return column.deterministic() ? HashType.ofTypeOid(column.typeOid()) : Optional.empty();
  }

  /** The constant with which {@code column = expression} compares. */
  public Optional<KeyValue> compared(Column column, Expr expression) {
    return hashType(column).flatMap(type -> constant(type, RoutingHash.NO_TYPMOD, expression));
  }

  /** The constant that the column gets by INSERT. */
  public Optional<KeyValue> stored(Column column, Expr expression) {
    if (expression instanceof Expr.Constant(_, var kind) && kind == Expr.Constant.Kind.NULL) {
      return Optional.of(new KeyValue.Null());
    }
    return hashType(column).flatMap(type -> constant(type, column.typmod(), expression));
  }

  private Optional<KeyValue> constant(HashType type, int typmod, Expr expression) {
    return switch (expression) {
      case Expr.Literal literal -> literal(type, typmod, literal, false);
      case Expr.Operator(_, var operator, var left, Expr.Literal literal)
          when operator.symbol().equals("-")
              && left.isEmpty()
              && literal.kind() != LiteralKind.STRING ->
          literal(type, typmod, literal, true);
      case Expr.Param(_, var index) -> parameter(type, typmod, index);
      case Expr.Constant(_, var kind) when type == HashType.BOOL -> truth(kind);
      case Expr.Cast(_, _, var argument, var castType) -> cast(type, typmod, argument, castType);
      default -> Optional.empty();
    };
  }

  private static Optional<KeyValue> truth(Expr.Constant.Kind kind) {
    return switch (kind) {
      case TRUE -> Optional.of(new KeyValue.Fixed("t", HashType.BOOL));
      case FALSE -> Optional.of(new KeyValue.Fixed("f", HashType.BOOL));
      case NULL, DEFAULT -> Optional.empty();
    };
  }

  private Optional<KeyValue> literal(
      HashType type, int typmod, Expr.Literal literal, boolean negated) {
    boolean fits =
        switch (literal.kind()) {
          case INT4, INT8 ->
              type.family() == HashType.Family.INTEGER
                  || type == HashType.NUMERIC
                  || (type == HashType.OID && !negated);
          case NUMERIC -> type == HashType.NUMERIC;
          case STRING -> true;
          case UNICODE_STRING, NATIONAL_STRING, BIT_STRING -> false;
        };
    if (!fits || literal.ordinal() < 0) {
      return Optional.empty();
    }
    HashType read = wide(type, literal);
    return Optional.of(
        definition
            .<KeyValue>map(d -> new KeyValue.Fixed((negated ? "-" : "") + d.value(literal), read))
            .orElseGet(() -> new KeyValue.Lifted(literal.ordinal(), negated, read, typmod)));
  }

  /** A number is compared as the type it has itself: 3000000000 with an int4 column as int8. */
  private static HashType wide(HashType type, Expr.Literal literal) {
    boolean number = literal.kind() == LiteralKind.INT4 || literal.kind() == LiteralKind.INT8;
    return number && type.family() == HashType.Family.INTEGER ? HashType.INT8 : type;
  }

  private Optional<KeyValue> parameter(HashType type, int typmod, int index) {
    if (index > parameterTypes.size()) {
      return Optional.empty();
    }
    int oid = parameterTypes.get(index - 1);
    return HashType.ofTypeOid(oid)
        .filter(given -> readsAs(type, given))
        .map(
            given ->
                new KeyValue.Parameter(index, oid, keepsColumnType(type) ? type : given, typmod));
  }

  /** The column pads or cuts what it is given. */
  private static boolean keepsColumnType(HashType column) {
    return column == HashType.BPCHAR || column == HashType.NAME;
  }

  /** A value of the given type, equal to one of the column's type, has the column's hash. */
  private static boolean readsAs(HashType column, HashType given) {
    return switch (column) {
      case BPCHAR -> given == HashType.BPCHAR || given == HashType.TEXT;
      default -> column.colocatesWith(given);
    };
  }

  private Optional<KeyValue> cast(HashType type, int typmod, Expr argument, TypeName castType) {
    boolean plain =
        castType.modifiers().isEmpty()
            && castType.arrayDimensions() == 0
            && castType.fields().isEmpty()
            && (castType.name().schema().isEmpty()
                || castType.name().schema().get().text().equals("pg_catalog"));
    Optional<HashType> target =
        plain ? Optional.ofNullable(TYPE_NAMES.get(castType.name().local())) : Optional.empty();
    return target
        .filter(given -> readsAs(type, given))
        .flatMap(given -> castConstant(given, typmod, argument));
  }

  /** Only what the cast does not change: strings, and parameters of the very type. */
  private Optional<KeyValue> castConstant(HashType given, int typmod, Expr argument) {
    return switch (argument) {
      case Expr.Literal literal when literal.kind() == LiteralKind.STRING ->
          literal(given, typmod, literal, false);
      case Expr.Literal literal when given.family() == HashType.Family.INTEGER ->
          literal(given, typmod, literal, false);
      case Expr.Param(_, var index)
          when index <= parameterTypes.size() && parameterTypes.get(index - 1) == given.typeOid() ->
          parameter(given, typmod, index);
      default -> Optional.empty();
    };
  }
}
