package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Statements that change rows, each with one outcome only. */
final class Changes {
  private static final int RETURNING_PERCENT = 45;

  private final Generator generator;
  private final Dice dice;

  Changes(Generator generator) {
    this.generator = generator;
    this.dice = generator.dice();
  }

  /** A change of that table. */
  Part of(Table table) {
    return dice.make(
        () -> update(table),
        () -> update(table),
        () -> updateFrom(table),
        () -> delete(table),
        () -> deleteUsing(table),
        () -> insertValues(table),
        () -> insertQuery(table),
        () -> insertQuery(table),
        () -> merge(table),
        () -> modifyingWith(table));
  }

  private Part update(Table table) {
    Scope scope = target();
    Part where =
        dice.chance(75) ? Part.extra(" WHERE ", generator.predicates().of(scope, 1)) : Part.none();
    Part sets = sets(table, scope);
    return Part.of("UPDATE ", table.name(), " AS t SET ", sets, where, returning(scope));
  }

  /** Of each key of the source there is one row, so that which row wins is no question. */
  private Part updateFrom(Table table) {
    Query source = source();
    Scope scope = target().with(source.as("x"));
    Part where = Part.extra(" AND ", generator.predicates().of(scope, 0));
    Part from = Part.of(" FROM (", source.sql(), ") AS x", source.columnNames());
    Part sets = sets(table, scope);
    return Part.of(
        Part.of("UPDATE ", table.name(), " AS t SET ", sets, from, " WHERE t."),
        joined() + " = x.c1",
        where,
        returning(scope));
  }

  private Part delete(Table table) {
    Scope scope = target();
    Part where = Part.of(" WHERE ", generator.predicates().of(scope, 1));
    return Part.of("DELETE FROM ", table.name(), " AS t", where, returning(scope));
  }

  private Part deleteUsing(Table table) {
    Relations.From from = generator.relations().of(Scope.EMPTY, 1);
    Scope scope = target();
    String own = "t." + joined();
    Part other = generator.expressions().leaf(SqlType.INTEGER, from.scope());
    Part more = Part.extra(" AND ", generator.predicates().of(scope.with(from.scope()), 0));
    Part head = Part.of("DELETE FROM ", table.name(), " AS t USING ", from.sql());
    return Part.of(head, " WHERE ", own, " = ", other, more, returning(scope));
  }

  private Part insertValues(Table table) {
    List<Table.Field> fields = fields(dice.between(1, 5));
    List<Part> rows = new ArrayList<>();
    for (int i = dice.between(1, 3); i > 0; i--) {
      List<Part> row = new ArrayList<>(List.of(Part.of(Integer.toString(100 + i))));
      for (Table.Field field : fields) {
        row.add(
            dice.chance(15)
                ? Part.of("DEFAULT")
                : generator.expressions().of(field.type(), Scope.EMPTY, 1));
      }
      rows.add(Part.of("(", Part.fixed(row), ")"));
    }
    Part head = Part.of("INSERT INTO ", table.name(), " AS t (", names(fields), ") VALUES ");
    return Part.of(head, Part.list(rows), conflict(table), returning(target()));
  }

  private Part insertQuery(Table table) {
    List<Table.Field> fields = fields(dice.between(1, 4));
    Table source = dice.pick(Table.ALL);
    Scope scope = generator.relations().columns("y", Scope.EMPTY);
    List<Part> targets = new ArrayList<>(List.of(Part.of("y.id + 50")));
    fields.forEach(f -> targets.add(generator.expressions().of(f.type(), scope, 1)));
    Part where =
        dice.chance(60) ? Part.extra(" WHERE ", generator.predicates().of(scope, 1)) : Part.none();
    Part head = Part.of("INSERT INTO ", table.name(), " AS t (", names(fields), ") SELECT ");
    Part query = Part.of(Part.fixed(targets), " FROM ", source.name(), " AS y", where);
    return Part.of(head, query, conflict(table), returning(target()));
  }

  private static String names(List<Table.Field> fields) {
    StringBuilder names = new StringBuilder("id");
    fields.forEach(field -> names.append(", ").append(field.name()));
    return names.toString();
  }

  private Part conflict(Table table) {
    if (!table.hasKey() || dice.chance(50)) {
      return Part.none();
    }
    return dice.make(
        () -> Part.extra(" ON CONFLICT DO NOTHING"),
        () -> Part.extra(" ON CONFLICT (id) DO NOTHING"),
        () -> Part.extra(" ON CONFLICT (id) DO UPDATE SET s = excluded.s || 'x', n = t.n + 1"),
        () -> Part.extra(" ON CONFLICT (id) DO UPDATE SET b = false WHERE t.k > 1"));
  }

  private Part merge(Table table) {
    Query source = source();
    Scope both = target().with(source.as("x"));
    Scope right = source.as("x");
    List<Part> whens = new ArrayList<>();
    if (dice.chance(40)) {
      Part condition = generator.predicates().of(both, 0);
      whens.add(Part.of(" WHEN MATCHED AND ", condition, " THEN DELETE"));
    }
    whens.add(Part.of(" WHEN MATCHED THEN UPDATE SET ", sets(table, both)));
    if (dice.chance(30)) {
      whens.add(Part.of(" WHEN NOT MATCHED BY SOURCE AND t.k = 2 THEN DELETE"));
    }
    Part value = generator.expressions().leaf(SqlType.TEXT, right);
    Part insert = Part.of(" THEN INSERT (id, k, s) VALUES (x.c1 + 200, x.c1, ", value, ")");
    whens.add(Part.of(" WHEN NOT MATCHED AND x.c1 IS NOT NULL", insert));
    Part head = Part.of("MERGE INTO ", table.name(), " AS t USING (", source.sql(), ") AS x");
    Part on = Part.of(source.columnNames(), " ON t.", joined(), " = x.c1");
    Part returning =
        dice.chance(40) ? Part.extra(" RETURNING merge_action(), t.id, t.s, x.c1") : Part.none();
    return Part.of(head, on, new Part.Items("", whens, 1), returning);
  }

  /** A change in WITH, whose rows the statement reads or writes elsewhere. */
  private Part modifyingWith(Table table) {
    Scope scope = target();
    Part where = Part.extra(" WHERE ", generator.predicates().of(scope, 0));
    Part change =
        dice.make(
            () -> Part.of("DELETE FROM ", table.name(), " AS t", where),
            () -> Part.of("UPDATE ", table.name(), " AS t SET ", sets(table, scope), where));
    Part with = Part.of("WITH gone AS (", change, " RETURNING t.id, t.k, t.s) ");
    Table other = dice.pick(Table.ALL);
    return dice.make(
        () -> Part.of(with, "SELECT id, k, s FROM gone"),
        () -> Part.of(with, "SELECT count(*), max(k), min(s) FROM gone"),
        () -> Part.of(with, "SELECT g.id, o.id FROM gone g JOIN ", other.name(), " o USING (k)"),
        () ->
            Part.of(
                with,
                "INSERT INTO " + other.name() + " (id, k, s)",
                " SELECT id + 300, k, s FROM gone"));
  }

  /** One row per value of its first column. */
  private Query source() {
    Relations.From from = generator.relations().of(Scope.EMPTY, 1);
    List<SqlType> types =
        List.of(SqlType.INTEGER, generator.anyType(), SqlType.TEXT, SqlType.NUMERIC);
    Part key = key(from.scope());
    List<Part> targets = new ArrayList<>(List.of(key));
    types.stream()
        .skip(1)
        .map(type -> generator.aggregates().of(type, from.scope()))
        .forEach(targets::add);
    Part sql = Part.of("SELECT ", Part.fixed(targets), " FROM ", from.sql(), " GROUP BY 1");
    return new Query(sql, types);
  }

  private Part key(Scope scope) {
    List<Scope.Column> columns = scope.own(SqlType.INTEGER);
    return Part.of(columns.isEmpty() ? "1" : dice.pick(columns).text());
  }

  private Part sets(Table table, Scope scope) {
    List<Part> sets = new ArrayList<>();
    for (Table.Field field : fields(dice.between(1, 3))) {
      sets.add(Part.of(field.name(), " = ", generator.expressions().of(field.type(), scope, 1)));
    }
    if (dice.chance(12)) {
      sets.add(Part.of(table.hasKey() ? "id = t.id + 1000" : "id = -t.id"));
    }
    return Part.list(sets);
  }

  private List<Table.Field> fields(int count) {
    return dice.some(Table.FIELDS.subList(1, Table.FIELDS.size()), count);
  }

  private String joined() {
    return dice.chance(50) ? "id" : "k";
  }

  private Scope target() {
    Scope scope = generator.relations().columns("t", Scope.EMPTY);
    return new Scope(scope.own(), List.of(), Optional.empty());
  }

  private Part returning(Scope scope) {
    if (!dice.chance(RETURNING_PERCENT)) {
      return Part.none();
    }
    List<Part> targets = new ArrayList<>(List.of(Part.of("t.id")));
    targets.add(generator.expressions().leaf(generator.anyType(), scope));
    targets.add(Part.of("t.n"));
    return Part.extra(" RETURNING ", Part.list(targets));
  }
}
