package dev.drover.planner.route;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.context.KeyConstants;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.placement.KeyPins;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Span;
import dev.drover.planner.target.AssignedDefaults;
import dev.drover.planner.target.ColumnDefault;
import dev.drover.planner.target.InsertShape;
import dev.drover.planner.target.ReplicatedWrites;
import dev.drover.planner.text.LiteralParameters;
import dev.drover.planner.text.NodeText;
import dev.drover.planner.text.SpliceText;
import dev.drover.planner.text.TextBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** INSERT of rows that the statement spells out. */
final class InsertValues {
  private final Analysis analysis;
  private final Insert insert;
  private final InsertShape shape;
  private final List<Expr.RowExpr> rows;
  private final KeyConstants constants;

  InsertValues(Analysis analysis, Insert insert, InsertShape shape, List<Expr.RowExpr> rows) {
    this.analysis = analysis;
    this.insert = insert;
    this.shape = rows.isEmpty() ? shape : shape.narrowed(rows.getFirst().elements().size());
    this.rows = rows;
    this.constants = new KeyConstants(analysis.context().facts().parameterTypes());
  }

  Plan plan() {
    Distribution distribution = shape.relation().distribution();
    if (drawsCentrally()) {
      return evaluatedOnce();
    }
    return switch (distribution) {
      case Distribution.Hash _, Distribution.Modulo _ -> placed();
      case Distribution.Replicated replicated -> replicated(replicated);
      case Distribution.RoundRobin(_, var nodes) ->
          new Plan.AnyNode(whole(oneNow(), SqlText.fixed(target())), nodes, true);
      case Distribution.CatalogNode _ -> throw new IllegalStateException("not distributed");
    };
  }

  private boolean oneNow() {
    return analysis.context().session().inTransaction();
  }

  /** Sequences are asked, or identity columns filled. */
  private boolean drawsCentrally() {
    boolean calls =
        analysis.mentions().calls().stream()
            .anyMatch(c -> analysis.functions().isSequenceCall(c.call()));
    return calls
        || shape.omitted().stream().anyMatch(this::isCentral)
        || rows.stream().anyMatch(this::defaultsCentrally);
  }

  private boolean isCentral(Column column) {
    return shape.defaultOf(column) instanceof ColumnDefault.Central;
  }

  private boolean defaultsCentrally(Expr.RowExpr row) {
    for (int i = 0; i < row.elements().size(); i++) {
      if (isDefault(row.elements().get(i), i) && isCentral(shape.listed().get(i))) {
        return true;
      }
    }
    return false;
  }

  /** DEFAULT, or a value that OVERRIDING USER VALUE puts aside. */
  private boolean isDefault(Expr value, int position) {
    boolean overridden =
        insert.overriding() == Insert.Overriding.USER_VALUE
            && shape.listed().get(position).identity() != Column.Identity.NONE;
    return overridden
        || (value instanceof Expr.Constant(_, var kind) && kind == Expr.Constant.Kind.DEFAULT);
  }

  private Plan placed() {
    List<Pin> pins = new ArrayList<>();
    for (Expr.RowExpr row : rows) {
      Optional<Pin> pin = pin(row.elements());
      if (pin.isEmpty()) {
        return evaluatedOnce();
      }
      pins.add(pin.get());
    }
    if (rows.isEmpty()) {
      Optional<Pin> pin = pin(List.of());
      if (pin.isEmpty()) {
        return evaluatedOnce();
      }
      pins.add(pin.get());
    }
    return pins.size() == 1 ? single(pins.getFirst()) : several(pins);
  }

  private Optional<Pin> pin(List<Expr> values) {
    List<KeyValue> key = new ArrayList<>();
    for (Column column : shape.key()) {
      int position = shape.listed().indexOf(column);
      boolean given =
          position >= 0 && position < values.size() && !isDefault(values.get(position), position);
      Optional<KeyValue> value =
          given
              ? constants.stored(column, values.get(position))
              : defaultKey(shape.defaultOf(column));
      if (value.isEmpty()) {
        return Optional.empty();
      }
      key.add(value.get());
    }
    return Optional.of(KeyPins.pin(shape.table(), key));
  }

  private static Optional<KeyValue> defaultKey(ColumnDefault columnDefault) {
    return columnDefault instanceof ColumnDefault.Constant(_, var key) ? key : Optional.empty();
  }

  private Plan single(Pin pin) {
    boolean leaf =
        NodeText.mayNameLeaf(shape.table())
            && insert.onConflict().flatMap(Insert.OnConflict::constraint).isEmpty()
            && analysis.mentions().schemaQualified().isEmpty();
    String alias = " AS " + SqlNames.quote(shape.table().name());
    SqlText name =
        leaf
            ? new TextBuilder().add(new SqlText.Piece.Leaf(0)).add(alias).build()
            : SqlText.fixed(target());
    List<Integer> types =
        leaf && rows.size() == 1
            ? LiteralParameters.ofValues(analysis, shape.listed(), rows.getFirst().elements())
            : List.of();
    return new Plan.OneNode(whole(oneNow(), name), List.of(pin), true, Optional.empty(), types);
  }

  private Plan several(List<Pin> pins) {
    SpliceText text = text(true);
    List<Plan.InsertRows.Row> placedRows = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      placedRows.add(new Plan.InsertRows.Row(text.render(rows.get(i).span()), pins.get(i)));
    }
    SqlText head = head(SqlText.fixed(target()), true);
    return new Plan.InsertRows(head, placedRows, tail(text));
  }

  /** Constants are written to all copies as they are; anything else is evaluated once. */
  private Plan replicated(Distribution.Replicated distribution) {
    boolean differs =
        analysis.mentions().calls().stream()
                .anyMatch(c -> analysis.functions().isVolatile(c.call()))
            || shape.omitted().stream()
                .anyMatch(c -> shape.defaultOf(c) instanceof ColumnDefault.Volatile)
            || rows.stream().anyMatch(this::defaultsDiffer);
    if (differs) {
      return evaluatedOnce();
    }
    return new ReplicatedWrites(analysis)
        .plan(
            whole(true, SqlText.fixed(target())),
            shape.table(),
            distribution,
            insert.onConflict().isEmpty());
  }

  private boolean defaultsDiffer(Expr.RowExpr row) {
    for (int i = 0; i < row.elements().size(); i++) {
      if (isDefault(row.elements().get(i), i)
          && shape.defaultOf(shape.listed().get(i)) instanceof ColumnDefault.Volatile) {
        return true;
      }
    }
    return false;
  }

  private String target() {
    return shape.qualifiedTarget();
  }

  /** Columns whose default is a clock that must show one time everywhere. */
  private List<Column> clocks(boolean oneNow) {
    return oneNow
        ? shape.omitted().stream()
            .filter(c -> shape.defaultOf(c) instanceof ColumnDefault.Clock)
            .toList()
        : List.of();
  }

  /** The statement with its rows completed. */
  private SpliceText text(boolean oneNow) {
    SpliceText text = new NodeText(analysis).plain(oneNow);
    insert
        .onConflict()
        .ifPresent(
            c ->
                new AssignedDefaults(shape.relation(), analysis.context())
                    .replaceIn(text, c.assignments(), oneNow));
    TextBuilder more = new TextBuilder();
    clocks(oneNow).forEach(c -> more.add(", ").add(shape.defaultOf(c).text()));
    SqlText added = more.build();
    for (Expr.RowExpr row : rows) {
      text.insert(row.span().end() - 1, added);
      for (int i = 0; i < row.elements().size() && oneNow; i++) {
        ColumnDefault byDefault =
            isDefault(row.elements().get(i), i)
                ? shape.defaultOf(shape.listed().get(i))
                : new ColumnDefault.Constant(SqlText.fixed(""), Optional.empty());
        if (byDefault instanceof ColumnDefault.Clock(var clock)) {
          text.replace(row.elements().get(i).span(), clock);
        }
      }
    }
    return text;
  }

  private SqlText head(SqlText target, boolean oneNow) {
    List<Column> columns = new ArrayList<>(shape.listed());
    columns.addAll(clocks(oneNow));
    TextBuilder head = new TextBuilder().add("INSERT INTO ").add(target);
    if (!columns.isEmpty()) {
      head.add(" (" + InsertShape.names(columns) + ")");
    }
    return head.add(" " + shape.overriding()).add(columns.isEmpty() ? "" : "VALUES ").build();
  }

  private SqlText whole(boolean oneNow, SqlText target) {
    SpliceText text = text(oneNow);
    TextBuilder out = new TextBuilder().add(head(target, oneNow));
    if (rows.isEmpty()) {
      out.add(defaultRow(oneNow));
    }
    for (int i = 0; i < rows.size(); i++) {
      out.add(i == 0 ? "" : ", ").add(text.render(rows.get(i).span()));
    }
    return out.add(tail(text)).build();
  }

  private SqlText defaultRow(boolean oneNow) {
    List<Column> columns = new ArrayList<>(shape.listed());
    columns.addAll(clocks(oneNow));
    if (columns.isEmpty()) {
      return SqlText.fixed("DEFAULT VALUES");
    }
    TextBuilder row = new TextBuilder().add("(");
    for (int i = 0; i < columns.size(); i++) {
      row.add(i == 0 ? "" : ", ").add(shape.defaultOf(columns.get(i)).text());
    }
    return row.add(")").build();
  }

  /** ON CONFLICT and RETURNING. */
  private SqlText tail(SpliceText text) {
    return tail(insert, text);
  }

  static SqlText tail(Insert insert, SpliceText text) {
    TextBuilder tail = new TextBuilder();
    insert.onConflict().ifPresent(c -> tail.add(" ").add(text.render(c.span())));
    insert.returning().ifPresent(r -> tail.add(" ").add(text.render(r.span())));
    return tail.build();
  }

  /** The rows are computed on the catalog node, where sequences are, and sent as constants. */
  private Plan evaluatedOnce() {
    SpliceText text = new NodeText(analysis).plain(oneNow());
    List<Column> given = shape.listed().stream().filter(c -> !c.generated()).toList();
    List<Column> added =
        shape.omitted().stream().filter(c -> mustBeSent(shape.defaultOf(c), c)).toList();
    List<Column> columns = new ArrayList<>(given);
    columns.addAll(added);
    TextBuilder values = new TextBuilder().add("VALUES ");
    int count = Math.max(1, rows.size());
    for (int i = 0; i < count; i++) {
      values.add(i == 0 ? "(" : ", (");
      List<Expr> row = rows.isEmpty() ? List.of() : rows.get(i).elements();
      for (int c = 0; c < columns.size(); c++) {
        SqlText value = value(columns.get(c), row, text);
        SqlText whole = new TextBuilder().add("(").add(value).add(")").build();
        values.add(c == 0 ? "" : ", ").add(shape.sent(whole, columns.get(c)));
      }
      values.add(")");
    }
    Plan reader = new LocalPlans(analysis).reader(values.build(), drawsCentrally());
    return new Plan.InsertFrom(
        reader,
        shape.target(columns, tail(new NodeText(analysis).plain(true))),
        columns.stream().map(Column::typeOid).toList());
  }

  private boolean mustBeSent(ColumnDefault byDefault, Column column) {
    boolean keyed = shape.key().contains(column);
    boolean copied = shape.relation().distribution() instanceof Distribution.Replicated;
    return switch (byDefault) {
      case ColumnDefault.Constant _ -> keyed && column.defaultExpression().isPresent();
      case ColumnDefault.Clock _ -> true;
      case ColumnDefault.Volatile _ -> keyed || copied;
      case ColumnDefault.Central _ -> true;
    };
  }

  private SqlText value(Column column, List<Expr> row, SpliceText text) {
    int position = shape.listed().indexOf(column);
    boolean given =
        position >= 0 && position < row.size() && !isDefault(row.get(position), position);
    if (!given) {
      return shape.defaultOf(column).text();
    }
    Span span = row.get(position).span();
    return text.render(span);
  }
}
