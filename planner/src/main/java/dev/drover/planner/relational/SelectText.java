package dev.drover.planner.relational;

import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Writes rows as one SELECT.
 *
 * <pre>
 *   Where(Join(INNER, Scan a, Moved x)) -> SELECT ... FROM a AS t1 CROSS JOIN drover_x2 AS t2 WHERE ...
 *   Join(SEMI, l, r, on)                -> SELECT ... FROM l WHERE EXISTS (SELECT FROM r WHERE on)
 *   Group(rows, keys, aggregates)       -> SELECT ... FROM rows GROUP BY keys
 * </pre>
 *
 * <p>Threads: confined to one fragment.
 */
final class SelectText {
  private final Function<Rows.Moved, String> relations;
  private int aliases;

  /** {@code relations} names the relation that holds rows that were moved. */
  SelectText(Function<Rows.Moved, String> relations) {
    this.relations = relations;
  }

  /**
   * A SELECT without its list.
   *
   * @param joined FROM has several items
   * @param plain its columns are those of its items, and nothing but FROM is there
   * @param grouped nothing can be added
   */
  record Select(
      SqlText from,
      boolean joined,
      boolean plain,
      List<SqlText> where,
      List<SqlText> groupBy,
      boolean grouped,
      Map<Column, SqlText> columns) {
    Select {
      where = List.copyOf(where);
      groupBy = List.copyOf(groupBy);
    }

    /** One item. */
    private static Select of(SqlText from, Map<Column, SqlText> columns) {
      return new Select(from, false, true, List.of(), List.of(), false, columns);
    }

    private static Select ofJoin(SqlText from, List<SqlText> where, Map<Column, SqlText> columns) {
      return new Select(from, true, false, where, List.of(), false, columns);
    }

    SqlText text(Column column) {
      SqlText text = columns.get(column);
      if (text == null) {
        throw new IllegalStateException("no column " + column + " among " + columns.keySet());
      }
      return text;
    }

    SqlText text(Scalar scalar) {
      TextBuilder out = new TextBuilder();
      for (Scalar.Part part : scalar.parts()) {
        switch (part) {
          case Scalar.Part.Text(var text) -> out.add(text);
          case Scalar.Part.Value(var column) -> out.add(text(column));
        }
      }
      return out.build();
    }

    /** {@code FROM ... WHERE ... GROUP BY ...}, with a space in front. */
    SqlText clauses() {
      TextBuilder out = new TextBuilder().add(" FROM ").add(from);
      addAll(out, " WHERE ", where, " AND ");
      addAll(out, " GROUP BY ", groupBy, ", ");
      return out.build();
    }

    private Select and(List<SqlText> conditions) {
      List<SqlText> all = new ArrayList<>(where);
      all.addAll(conditions);
      return new Select(from, joined, false, all, List.of(), false, columns);
    }
  }

  private static void addAll(TextBuilder out, String first, List<SqlText> items, String between) {
    for (int i = 0; i < items.size(); i++) {
      out.add(i == 0 ? first : between).add(items.get(i));
    }
  }

  Select select(Rows rows) {
    return switch (rows) {
      case Rows.Scan scan -> scan(scan);
      case Rows.Moved moved -> moved(moved);
      case Rows.Where(var input, var conditions) -> {
        Select inner = open(input);
        yield inner.and(conditions.stream().map(c -> condition(inner, c)).toList());
      }
      case Rows.Compute(var input, var computed) -> computed(open(input), computed);
      case Rows.Join join -> join(join);
      case Rows.Group group -> grouped(group);
    };
  }

  private static SqlText condition(Select select, Scalar condition) {
    return new TextBuilder().add("(").add(select.text(condition)).add(")").build();
  }

  private Select scan(Rows.Scan scan) {
    String alias = alias();
    Map<Column, SqlText> columns = new LinkedHashMap<>();
    for (int i = 0; i < scan.columns().size(); i++) {
      columns.put(scan.columns().get(i), SqlText.fixed(alias + "." + scan.names().get(i)));
    }
    return Select.of(SqlText.fixed(scan.name() + " AS " + alias), columns);
  }

  private Select moved(Rows.Moved moved) {
    String relation = relations.apply(moved);
    String alias = alias();
    return Select.of(SqlText.fixed(relation + " AS " + alias), numbered(alias, moved.columns()));
  }

  private static Map<Column, SqlText> numbered(String alias, Collection<Column> columns) {
    Map<Column, SqlText> all = new LinkedHashMap<>();
    for (Column column : columns) {
      all.put(column, SqlText.fixed(alias + ".c" + (all.size() + 1)));
    }
    return all;
  }

  private String alias() {
    aliases++;
    return "t" + aliases;
  }

  /** To which conditions and joins can be added. */
  private Select open(Rows rows) {
    Select select = select(rows);
    return select.grouped ? closed(select) : select;
  }

  /** As an item of FROM. */
  private Select closed(Select select) {
    String alias = alias();
    TextBuilder from = new TextBuilder().add("(SELECT ");
    int number = 0;
    for (SqlText column : select.columns.values()) {
      number++;
      from.add(number == 1 ? "" : ", ").add(column).add(" AS c" + number);
    }
    from.add(select.clauses()).add(") AS " + alias);
    return Select.of(from.build(), numbered(alias, select.columns.keySet()));
  }

  private static Select computed(Select inner, List<Rows.Compute.Computed> computed) {
    Map<Column, SqlText> columns = new LinkedHashMap<>(inner.columns);
    computed.forEach(c -> columns.put(c.column(), condition(inner, c.value())));
    return new Select(inner.from, inner.joined, false, inner.where, List.of(), false, columns);
  }

  private Select grouped(Rows.Group group) {
    Select inner = open(group.input());
    Map<Column, SqlText> columns = new LinkedHashMap<>();
    List<SqlText> keys = new ArrayList<>();
    for (Column key : group.keys()) {
      columns.put(key, inner.text(key));
      keys.add(inner.text(key));
    }
    group.aggregates().forEach(a -> columns.put(a.result(), inner.text(a.call())));
    return new Select(inner.from, inner.joined, false, inner.where, keys, true, columns);
  }

  private Select join(Rows.Join join) {
    Select left = open(join.left());
    Select right = open(join.right());
    return switch (join.kind()) {
      case INNER -> inner(left, right, join.on());
      case LEFT -> leftJoin(left, right.plain ? right : closed(right), join.on());
      case SEMI -> existence("EXISTS", left, right, join.on());
      case ANTI -> existence("NOT EXISTS", left, right, join.on());
    };
  }

  private static Map<Column, SqlText> both(Select left, Select right) {
    Map<Column, SqlText> columns = new LinkedHashMap<>(left.columns);
    columns.putAll(right.columns);
    return columns;
  }

  private static Select inner(Select left, Select right, List<Scalar> on) {
    TextBuilder from = new TextBuilder().add(left.from).add(" CROSS JOIN ").add(item(right));
    List<SqlText> where = new ArrayList<>(left.where);
    where.addAll(right.where);
    Select joined = Select.ofJoin(from.build(), where, both(left, right));
    return joined.and(on.stream().map(c -> condition(joined, c)).toList());
  }

  /** Joins stand in parentheses, where one item may not. */
  private static SqlText item(Select select) {
    return select.joined
        ? new TextBuilder().add("(").add(select.from).add(")").build()
        : select.from;
  }

  private static Select leftJoin(Select left, Select right, List<Scalar> on) {
    Select joined = Select.ofJoin(SqlText.fixed(""), left.where, both(left, right));
    TextBuilder from =
        new TextBuilder().add(left.from).add(" LEFT JOIN ").add(item(right)).add(" ON ");
    List<SqlText> conditions = on.stream().map(c -> condition(joined, c)).toList();
    addAll(from, "", conditions, " AND ");
    if (conditions.isEmpty()) {
      from.add("true");
    }
    return Select.ofJoin(from.build(), left.where, joined.columns);
  }

  private static Select existence(String test, Select left, Select right, List<Scalar> on) {
    Select both = Select.ofJoin(SqlText.fixed(""), List.of(), both(left, right));
    Select inner = right.and(on.stream().map(c -> condition(both, c)).toList());
    SqlText condition =
        new TextBuilder().add(test + " (SELECT 1").add(inner.clauses()).add(")").build();
    return left.and(List.of(condition));
  }
}
