package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** FROM clauses: tables of every distribution, queries, joined in every way. */
final class Relations {
  private static final List<SqlType> JOINED =
      List.of(
          SqlType.INTEGER,
          SqlType.INTEGER,
          SqlType.INTEGER,
          SqlType.INTEGER,
          SqlType.NUMERIC,
          SqlType.TEXT,
          SqlType.DATE,
          SqlType.BIGINT);
  private static final List<Integer> SIZES = List.of(1, 1, 1, 2, 2, 2, 3, 3, 4, 5);

  /** What stands behind FROM. */
  record From(Part sql, Scope scope) {}

  private final Generator generator;
  private final Dice dice;

  Relations(Generator generator) {
    this.generator = generator;
    this.dice = generator.dice();
  }

  /** One to five relations, inside of a query that sees the outer columns. */
  From of(Scope outer, int depth) {
    int size = depth > 1 ? dice.pick(SIZES) : dice.between(1, 2);
    From from = relation(outer, depth);
    int crossed = 0;
    for (int i = 1; i < size && generator.canRead(); i++) {
      boolean isCrossed = crossed == 0 && dice.chance(12);
      crossed += isCrossed ? 1 : 0;
      from = isCrossed ? crossed(from, outer, depth) : joined(from, outer, depth);
    }
    return from;
  }

  private From crossed(From left, Scope outer, int depth) {
    From right = relation(outer, depth - 1);
    String join = dice.chance(50) ? ", " : " CROSS JOIN ";
    Part whole = Part.of(left.sql(), join, right.sql());
    return new From(new Part.Either(whole, List.of(left.sql())), merge(left, right, outer));
  }

  private From joined(From left, Scope outer, int depth) {
    if (dice.chance(8)) {
      return lateral(left, outer);
    }
    From right = relation(outer, depth - 1);
    Scope scope = merge(left, right, outer);
    String kind = dice.pick(List.of("JOIN", "JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"));
    Part on = equality(left.scope(), right.scope());
    boolean isFull = kind.equals("FULL JOIN");
    if (!isFull && dice.chance(25)) {
      on = Part.of(on, Part.extra(" AND ", generator.predicates().of(scope, 0)));
    }
    Part whole = Part.of(left.sql(), " ", kind, " ", right.sql(), " ON ", on);
    return new From(new Part.Either(whole, List.of(left.sql())), scope);
  }

  private From lateral(From left, Scope outer) {
    Scope seen = left.scope().with(outer);
    Scope inside = new Scope(List.of(), seen.own(), Optional.of(List.of()));
    Query query = generator.queries().plain(types(), inside, 1);
    String name = generator.name("l");
    Part right = Part.of("LATERAL (", query.sql(), ") AS ", name, query.columnNames());
    String join = dice.chance(50) ? " LEFT JOIN " : " JOIN ";
    Part whole = Part.of(left.sql(), join, right, " ON true");
    From from = new From(right, query.as(name));
    return new From(new Part.Either(whole, List.of(left.sql())), merge(left, from, outer));
  }

  private static Scope merge(From left, From right, Scope outer) {
    Scope both = left.scope().with(right.scope());
    return new Scope(both.own(), outer.outer(), both.rowIds());
  }

  /** A column of each side, of one type. */
  private Part equality(Scope left, Scope right) {
    for (int i = 0; i < JOINED.size(); i++) {
      SqlType type = dice.pick(JOINED);
      if (!left.own(type).isEmpty() && !right.own(type).isEmpty()) {
        return Part.of(dice.pick(left.own(type)).text(), " = ", dice.pick(right.own(type)).text());
      }
    }
    return Part.of("1 = 1");
  }

  private From relation(Scope outer, int depth) {
    boolean isPlain = depth <= 0 || !generator.canRead() || dice.chance(72);
    if (isPlain) {
      return table(outer);
    }
    return dice.make(
        () -> derived(outer, depth),
        () -> derived(outer, depth),
        () -> nested(outer, depth),
        () -> values(outer),
        () -> series(outer),
        () -> named(outer));
  }

  private From table(Scope outer) {
    generator.read();
    Table table = dice.pick(Table.ALL);
    String name = generator.name("t");
    return new From(Part.of(table.name(), " AS ", name), columns(name, outer));
  }

  /** What a table that is called by this name shows. */
  Scope columns(String name, Scope outer) {
    List<Scope.Column> columns = new ArrayList<>();
    for (Table.Field field : Table.FIELDS) {
      columns.add(new Scope.Column(name + "." + field.name(), field.type(), true));
    }
    Optional<List<String>> ids =
        generator.keepsKeys() ? Optional.of(List.of(name + ".id")) : Optional.empty();
    return new Scope(columns, outer.outer(), ids);
  }

  /** A join in parentheses. */
  private From nested(Scope outer, int depth) {
    From from = joined(relation(outer, 0), outer, depth - 1);
    return new From(Part.of("(", from.sql(), ")"), from.scope());
  }

  private From derived(Scope outer, int depth) {
    Query query = generator.queries().of(types(), outer, depth - 1);
    String name = generator.name("q");
    Part sql = Part.of("(", query.sql(), ") AS ", name, query.columnNames());
    return new From(sql, seen(query.as(name), outer));
  }

  private From values(Scope outer) {
    List<SqlType> types = types();
    List<Part> rows = new ArrayList<>();
    for (int i = dice.between(1, 4); i > 0; i--) {
      List<Part.Constant> row = types.stream().map(generator::constant).toList();
      rows.add(Part.of("(", Part.fixed(row), ")"));
    }
    Query query = new Query(Part.of("VALUES ", Part.list(rows)), types);
    String name = generator.name("v");
    Part sql = Part.of("(", query.sql(), ") AS ", name, query.columnNames());
    return new From(sql, seen(query.as(name), outer));
  }

  private From series(Scope outer) {
    String name = generator.name("g");
    Part sql = Part.of("generate_series(1, 4) AS ", name, "(c1)");
    Scope.Column column = new Scope.Column(name + ".c1", SqlType.INTEGER, true);
    Scope scope = new Scope(List.of(column), outer.outer(), Optional.of(List.of(column.text())));
    return new From(sql, scope);
  }

  private From named(Scope outer) {
    if (generator.named().isEmpty()) {
      return table(outer);
    }
    Generator.Named named = dice.pick(generator.named());
    String name = generator.name("w");
    Part sql = Part.of(named.name(), " AS ", name, named.query().columnNames());
    return new From(sql, seen(named.query().as(name), outer));
  }

  private static Scope seen(Scope scope, Scope outer) {
    return new Scope(scope.own(), outer.outer(), scope.rowIds());
  }

  /** Of a derived relation: at least one that joins well. */
  private List<SqlType> types() {
    List<SqlType> types = new ArrayList<>(List.of(SqlType.INTEGER));
    for (int i = dice.below(3); i > 0; i--) {
      types.add(generator.anyType());
    }
    return types;
  }
}
