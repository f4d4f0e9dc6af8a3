package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Queries of every kind. */
final class Queries {
  private static final int TOP_DEPTH = 2;
  private static final List<String> SET_OPERATIONS =
      List.of(
          " UNION ALL ", " UNION ", " EXCEPT ", " INTERSECT ", " EXCEPT ALL ", " INTERSECT ALL ");

  private final Generator generator;
  private final Dice dice;

  Queries(Generator generator) {
    this.generator = generator;
    this.dice = generator.dice();
  }

  /** A whole statement that only reads. */
  Part statement() {
    Part with = dice.chance(18) ? with() : Part.none();
    if (dice.chance(8)) {
      return Part.of(with, star());
    }
    Query query = block(types(), Scope.EMPTY, TOP_DEPTH);
    return Part.of(with, query.sql(), dice.chance(55) ? tail(query) : Part.none());
  }

  /** A query that may stand in parentheses. */
  Query of(List<SqlType> types, Scope outer, int depth) {
    Query query = block(types, outer, depth);
    return dice.chance(12) ? new Query(Part.of(query.sql(), limited(query)), types) : query;
  }

  /** A condition of its own and no more. */
  Query plain(List<SqlType> types, Scope outer, int depth) {
    Relations.From from = generator.relations().of(outer, depth);
    List<Part> targets =
        types.stream().map(type -> generator.expressions().of(type, from.scope(), depth)).toList();
    String distinct = dice.chance(12) ? "DISTINCT " : "";
    Part sql = Part.of("SELECT ", distinct, Part.list(targets), rest(from, depth));
    return new Query(sql, types);
  }

  /** For EXISTS. */
  Part any(Scope scope) {
    Relations.From from = generator.relations().of(scope.inner(), 1);
    Part first = Part.of("SELECT ", dice.chance(50) ? "1" : "*");
    return Part.of(first, rest(from, 1));
  }

  /** For IN, ANY and ALL. */
  Part column(SqlType type, Scope scope) {
    return of(List.of(type), scope.inner(), 1).sql();
  }

  /** One value: an aggregate, or the first of all. */
  Part scalar(SqlType type, Scope scope) {
    if (dice.chance(25)) {
      Query query = plain(List.of(type), scope.inner(), 1);
      String order = dice.chance(50) ? " ORDER BY 1 LIMIT 1)" : " ORDER BY 1 DESC LIMIT 1)";
      return Part.of("(", query.sql(), order);
    }
    Relations.From from = generator.relations().of(scope.inner(), 1);
    Part aggregate = generator.aggregates().of(type, from.scope());
    return Part.of("(SELECT ", aggregate, rest(from, 1), ")");
  }

  private Query block(List<SqlType> types, Scope outer, int depth) {
    int roll = dice.below(100);
    if (roll < 48 || depth <= 0) {
      return plain(types, outer, depth);
    }
    if (roll < 72) {
      return grouped(types, outer, depth);
    }
    return roll < 85 ? combined(types, outer, depth) : windowed(types, outer, depth);
  }

  private Query grouped(List<SqlType> types, Scope outer, int depth) {
    Relations.From from = generator.relations().of(outer, depth);
    List<Scope.Column> keys = dice.some(from.scope().own(), dice.below(4));
    List<Part> targets = new ArrayList<>();
    for (SqlType type : types) {
      targets.add(target(type, keys, from.scope()));
    }
    Part group = keys.isEmpty() ? Part.none() : generator.aggregates().grouping(keys);
    Part having = dice.chance(25) ? having(from.scope()) : Part.none();
    Part sql = Part.of("SELECT ", Part.list(targets), rest(from, depth), group, having);
    return new Query(sql, types);
  }

  /** A key, something of the keys, or an aggregate. */
  private Part target(SqlType type, List<Scope.Column> keys, Scope scope) {
    List<Scope.Column> seen =
        keys.stream()
            .map(k -> new Scope.Column(k.text(), k.type(), !k.type().isBlurred()))
            .toList();
    Scope grouped = new Scope(seen, List.of(), scope.rowIds());
    boolean hasKey = !grouped.own(type).isEmpty();
    if (!hasKey || dice.chance(45)) {
      return generator.aggregates().of(type, scope);
    }
    return dice.chance(70)
        ? Part.of(dice.pick(grouped.own(type)).text())
        : Part.of("coalesce(", dice.pick(grouped.own(type)).text(), ", ", type.cast("NULL"), ")");
  }

  private Part having(Scope scope) {
    SqlType type = generator.anyType();
    Part aggregate = generator.aggregates().of(type, scope);
    String comparison = dice.pick(List.of(" > ", " < ", " = ", " >= ", " IS DISTINCT FROM "));
    return Part.extra(" HAVING ", aggregate, comparison, generator.constant(type));
  }

  private Query combined(List<SqlType> types, Scope outer, int depth) {
    Part left = operand(types, outer, depth);
    Part sql =
        new Part.Either(
            Part.of(left, dice.pick(SET_OPERATIONS), operand(types, outer, depth)), List.of(left));
    Part more =
        dice.chance(20) && generator.canRead()
            ? Part.extra(dice.pick(SET_OPERATIONS), operand(types, outer, depth))
            : Part.none();
    return new Query(Part.of(sql, more), types);
  }

  private Part operand(List<SqlType> types, Scope outer, int depth) {
    if (dice.chance(30)) {
      return Part.of("(", of(types, outer, depth - 1).sql(), ")");
    }
    return plain(types, outer, depth - 1).sql();
  }

  private Query windowed(List<SqlType> types, Scope outer, int depth) {
    Relations.From from = generator.relations().of(outer, depth);
    Windows windows = generator.windows();
    List<SqlType> windowTypes =
        List.of(SqlType.BIGINT, SqlType.INTEGER, SqlType.NUMERIC, SqlType.TEXT);
    List<Part> targets = new ArrayList<>();
    for (SqlType type : types) {
      targets.add(
          windowTypes.contains(type)
              ? windows.of(type, from.scope())
              : generator.expressions().of(type, from.scope(), 1));
    }
    Part sql = Part.of("SELECT ", Part.list(targets), rest(from, depth));
    return new Query(sql, types);
  }

  /** FROM and WHERE. */
  private Part rest(Relations.From from, int depth) {
    Part where =
        dice.chance(62)
            ? Part.extra(" WHERE ", generator.predicates().of(from.scope(), depth))
            : Part.none();
    return Part.of(" FROM ", from.sql(), where);
  }

  private Part star() {
    Relations.From from = generator.relations().of(Scope.EMPTY, 2);
    return Part.of("SELECT *", rest(from, 1));
  }

  /** An order in which no two different rows are equal; limits only behind it. */
  private Part tail(Query query) {
    return dice.chance(50) ? Part.of(order(query)) : limited(query);
  }

  private Part limited(Query query) {
    String offset = dice.chance(30) ? " OFFSET " + dice.below(4) : "";
    int count = dice.below(8);
    Part limit =
        dice.make(
            () -> Part.of(" LIMIT ", Integer.toString(count), offset),
            () -> Part.of(" LIMIT ", Integer.toString(count), offset),
            () -> Part.of(offset, " FETCH FIRST ", Integer.toString(count), " ROWS WITH TIES"),
            () -> Part.of(offset, " FETCH NEXT ", Integer.toString(count), " ROWS ONLY"));
    return Part.extra(order(query), limit);
  }

  private String order(Query query) {
    List<Integer> positions = IntStream.rangeClosed(1, query.types().size()).boxed().toList();
    List<String> keys = new ArrayList<>();
    for (Integer position : dice.some(positions, positions.size())) {
      keys.add(position + dice.pick(List.of("", " DESC", " NULLS FIRST", " DESC NULLS LAST")));
    }
    return " ORDER BY " + String.join(", ", keys) + " " + Query.TOTAL;
  }

  private Part with() {
    if (dice.chance(30)) {
      return recursive();
    }
    List<Part> queries = new ArrayList<>();
    for (int i = dice.between(1, 2); i > 0; i--) {
      Query query = of(types(), Scope.EMPTY, 1);
      String name = generator.name("cte");
      String kind = dice.pick(List.of("", "", "MATERIALIZED ", "NOT MATERIALIZED "));
      queries.add(Part.of(name, " AS ", kind, "(", query.sql(), ")"));
      generator.named().add(new Generator.Named(name, query));
    }
    return Part.extra("WITH ", Part.list(queries), " ");
  }

  /** Along {@code k}, a few steps far. */
  private Part recursive() {
    String name = generator.name("walk");
    Table first = dice.pick(Table.ALL);
    Table next = dice.pick(Table.ALL);
    List<SqlType> types = List.of(SqlType.INTEGER, SqlType.INTEGER);
    String union = dice.chance(50) ? " UNION " : " UNION ALL ";
    Scope start = generator.relations().columns(first.name(), Scope.EMPTY);
    Part sql =
        Part.of(
            "WITH RECURSIVE " + name + " (c1, c2) AS (SELECT id, 0 FROM " + first.name(),
            Part.extra(" WHERE ", generator.predicates().of(start, 0)),
            union + "SELECT x.id, c2 + 1 FROM " + name + " JOIN " + next.name(),
            " AS x ON x.k = " + name + ".c1 WHERE c2 < 2) ");
    Part query = Part.of("SELECT c1, c2 FROM " + name);
    generator.named().add(new Generator.Named(name, new Query(query, types)));
    return sql;
  }

  List<SqlType> types() {
    List<SqlType> types = new ArrayList<>();
    for (int i = dice.between(1, 4); i > 0; i--) {
      types.add(generator.anyType());
    }
    return types;
  }
}
