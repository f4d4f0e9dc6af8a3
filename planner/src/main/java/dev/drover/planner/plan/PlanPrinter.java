package dev.drover.planner.plan;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.ChangedTable.Identity;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Prints a plan for tests, in the words of Postgres-XC.
 *
 * <p>Holes in texts are shown as {@code :1} for the statement's literals (from 1), {@code <leaf 0>}
 * for leaves and {@code <now>}.
 */
public final class PlanPrinter {
  private static final String INDENT = "  ";

  private final CatalogSnapshot catalog;
  private final List<String> lines = new ArrayList<>();

  private PlanPrinter(CatalogSnapshot catalog) {
    this.catalog = catalog;
  }

  /** The plan, line by line. */
  public static List<String> lines(Plan plan, CatalogSnapshot catalog) {
    PlanPrinter printer = new PlanPrinter(catalog);
    printer.print(plan, 0);
    return List.copyOf(printer.lines);
  }

  private void line(int depth, String text) {
    lines.add(INDENT.repeat(depth) + text);
  }

  private void print(Plan plan, int depth) {
    switch (plan) {
      case Plan.Local(var text, var pins, var changes, _) -> {
        line(depth, "Catalog Node Scan" + (pins ? " pinned" : "") + (changes ? " settings" : ""));
        query(depth, text);
      }
      case Plan.OneNode(var text, var pins, var writes, var otherwise, var literalTypes) -> {
        line(depth, scan(writes) + " (one node)");
        pins(depth, pins);
        query(depth, text);
        if (!literalTypes.isEmpty()) {
          line(depth + 1, "Literals as parameters of types: " + literalTypes);
        }
        otherwise.ifPresent(
            other -> {
              line(depth + 1, "Otherwise:");
              print(other, depth + 2);
            });
      }
      case Plan.AnyNode(var text, var nodes, var writes) -> {
        String which = nodes.size() == 1 ? names(nodes) : "any of " + names(nodes);
        line(depth, scan(writes) + " (" + which + ")");
        query(depth, text);
      }
      case Plan.AllNodes(var text, var nodes, var pins, var combine, var writes, _) -> {
        line(depth, scan(writes) + " (" + names(nodes) + ")");
        pins(depth, pins);
        query(depth, text);
        combine(depth, combine);
      }
      case Plan.AtCursor(var cursor, _, _, var text, _, _) -> {
        line(depth, "Data Node Write (at cursor " + cursor + ")");
        query(depth, text.atCursor(cursor));
      }
      case Plan.ReplicatedWrite(var text, var primary, var others, var lock) -> {
        line(
            depth,
            "Replicated Write (" + names(List.of(primary)) + ", then " + names(others) + ")");
        if (!lock.isEmpty()) {
          line(depth + 1, "Lock: " + String.join(", ", lock));
        }
        query(depth, text);
      }
      case Plan.InsertRows(var head, var rows, var tail) -> {
        line(depth, "Insert Rows");
        line(depth + 1, "Remote query: " + text(head) + "..." + text(tail));
        rows.forEach(r -> line(depth + 1, "Row: " + text(r.text()) + " at " + pin(r.pin())));
      }
      case Plan.InsertFrom(var reader, var target, _) -> {
        line(depth, "Insert on " + target(target));
        print(reader, depth + 1);
      }
      default -> printOther(plan, depth);
    }
  }

  /** Plans that are not about reading or writing rows by statements. */
  private void printOther(Plan plan, int depth) {
    switch (plan) {
      case Plan.Fragments fragments -> fragments(depth, fragments);
      case Plan.Change change -> change(depth, change);
      case Plan.CopyIn(_, var target, var filled) -> {
        line(depth, "Copy into " + target(target));
        filled.forEach(f -> line(depth + 1, "Filled: " + f.column() + " = " + text(f.value())));
      }
      case Plan.CopyLocal(var text, _) -> {
        line(depth, "Copy on the catalog node");
        query(depth, text);
      }
      case Plan.CopyOut(var reader, var header) -> {
        line(depth, "Copy out" + (header ? " with header" : ""));
        print(reader, depth + 1);
      }
      case Plan.Explain(var inner, var options, _) -> {
        line(depth, ("Explain " + options.forServer(true)).strip());
        print(inner, depth + 1);
      }
      case Plan.Utility(var steps, var tag, _, _) -> {
        line(depth, "Utility " + tag);
        steps.forEach(s -> line(depth + 1, step(s)));
      }
      case Plan.Broadcast(var text, var nodes, _, var tag) -> {
        line(depth, "Broadcast " + tag + " (" + names(nodes) + ")");
        query(depth, text);
      }
      case Plan.Deferred(var text) -> line(depth, "Deferred: " + text);
      case Plan.Control(var statement) ->
          line(depth, "Session " + statement.getClass().getSimpleName());
      default -> throw new IllegalStateException("printed elsewhere: " + plan);
    }
  }

  /** The last fragment first, as EXPLAIN shows a tree from its top. */
  private static String step(DdlStep step) {
    return switch (step) {
      case Plan.Step(var where, _, var sql, _) -> where + " " + sql;
      case CarryRows rows -> "Carry rows from " + rows.from() + " to " + rows.to();
    };
  }

  private void fragments(int depth, Plan.Fragments plan) {
    fragment(depth, "Fragment", plan.last());
    combine(depth, plan.combine());
    plan.exchanges().forEach(exchange -> exchange(depth + 1, exchange));
    plan.afterWrites()
        .ifPresent(
            other -> {
              line(depth + 1, "After writes:");
              print(other, depth + 2);
            });
  }

  private void exchange(int depth, Exchange exchange) {
    String columns =
        exchange.columns().stream()
            .map(c -> c.name() + " " + c.type())
            .collect(Collectors.joining(", "));
    List<String> elements = new ArrayList<>(List.of(columns));
    elements.addAll(exchange.constraints());
    if (!exchange.indexed().isEmpty()) {
      elements.add("INDEX (" + String.join(", ", exchange.indexed()) + ")");
    }
    line(
        depth,
        route(exchange.route())
            + " "
            + exchange.relation()
            + " ("
            + String.join(", ", elements)
            + ")");
    fragment(depth + 1, "Fragment", exchange.producer());
  }

  private void change(int depth, Plan.Change plan) {
    line(depth, "Change on the catalog node");
    query(depth, plan.statement());
    for (ChangedTable table : plan.tables()) {
      line(depth + 1, "Changed: " + target(table.target()) + " as " + table.relation());
      table.create().forEach(c -> line(depth + 2, "Prepare: " + text(c)));
      table.candidates().forEach(c -> exchange(depth + 2, c));
      List<String> identity = table.identity().stream().map(Identity::source).toList();
      line(
          depth + 2,
          "Identity " + identity + ", assigned " + table.assigned() + ", " + table.kinds());
    }
    plan.reads().forEach(read -> exchange(depth + 1, read));
  }

  private void fragment(int depth, String title, Fragment fragment) {
    switch (fragment.site()) {
      case Fragment.Site.Nodes(var nodes, var pins) -> {
        line(depth, title + " (" + names(nodes) + ")");
        pins(depth, pins);
      }
      case Fragment.Site.AnyOf(var nodes) -> line(depth, title + " (any of " + names(nodes) + ")");
      case Fragment.Site.CatalogNode() -> line(depth, title + " (catalog)");
    }
    query(depth, fragment.text());
  }

  private static String route(Exchange.Route route) {
    return switch (route) {
      case Exchange.Route.Gather() -> "Gather";
      case Exchange.Route.Broadcast() -> "Broadcast";
      case Exchange.Route.ByKey(var key, var types, _, var modulo) ->
          "Redistribute by " + (modulo ? "modulo " : "hash ") + key + types;
    };
  }

  private static String scan(boolean writes) {
    return writes ? "Data Node Write" : "Data Node Scan";
  }

  private void query(int depth, SqlText text) {
    line(depth + 1, "Remote query: " + text(text));
  }

  private void pins(int depth, List<Pin> pins) {
    for (int i = 0; i < pins.size(); i++) {
      line(depth + 1, "Leaf " + i + ": " + pin(pins.get(i)));
    }
  }

  private void combine(int depth, Combine combine) {
    switch (combine) {
      case Combine.Concatenate(var window) -> window(depth, window);
      case Combine.Merge(var keys, var window) -> {
        line(
            depth + 1,
            "Merge by: "
                + keys.stream()
                    .map(
                        k ->
                            "type "
                                + k.typeOid()
                                + (k.descending() ? " desc" : "")
                                + (k.nullsFirst() ? " nulls first" : ""))
                    .collect(Collectors.joining(", ")));
        window(depth, window);
      }
    }
  }

  private void window(int depth, Combine.Window window) {
    window.limit().ifPresent(l -> line(depth + 1, "Limit: " + count(l)));
    window.offset().ifPresent(o -> line(depth + 1, "Offset: " + count(o)));
  }

  private static String count(Combine.RowCount count) {
    return switch (count) {
      case Combine.RowCount.Fixed(var rows) -> Long.toString(rows);
      case Combine.RowCount.Parameter(var index, _) -> "$" + index;
    };
  }

  private String names(List<Integer> nodes) {
    return nodes.stream()
        .map(id -> catalog.node(id).map(Node::name).orElse("node " + id))
        .collect(Collectors.joining(", "));
  }

  private String pin(Pin pin) {
    String table =
        catalog.relationOfDistribution(pin.distributionId()).map(Relation::name).orElse("?");
    return table
        + (pin.modulo() ? " modulo (" : " hash (")
        + pin.key().stream().map(PlanPrinter::value).collect(Collectors.joining(", "))
        + ")";
  }

  private static String value(KeyValue value) {
    return switch (value) {
      case KeyValue.Lifted(var ordinal, var negated, var type, var typmod) ->
          (negated ? "-" : "") + ":" + (ordinal + 1) + " as " + type + modifier(typmod);
      case KeyValue.Parameter(var index, _, var type, var typmod) ->
          "$" + index + " as " + type + modifier(typmod);
      case KeyValue.Fixed(var text, var type) -> "'" + text + "' as " + type;
      case KeyValue.Null() -> "null";
    };
  }

  private static String modifier(int typmod) {
    return typmod < 0 ? "" : "[" + typmod + "]";
  }

  private static String target(Plan.InsertTarget target) {
    String rest = text(target.tail());
    return target.table()
        + " ("
        + String.join(", ", target.columns())
        + ") "
        + locator(target.distribution())
        + " key "
        + target.keyColumns()
        + target.keyTypes()
        + (target.overriding().isEmpty() ? "" : " " + target.overriding().strip())
        + rest;
  }

  private static String locator(Distribution distribution) {
    return Character.toString(distribution.locator());
  }

  private static String text(SqlText text) {
    StringBuilder out = new StringBuilder();
    for (SqlText.Piece piece : text.pieces()) {
      out.append(
          switch (piece) {
            case SqlText.Piece.Fixed fixed -> fixed.toString();
            case SqlText.Piece.Lifted(var ordinal) -> ":" + (ordinal + 1);
            case SqlText.Piece.Leaf(var pin) -> "<leaf " + pin + ">";
            case SqlText.Piece.Now() -> "<now>";
            case SqlText.Piece.AtMoment(var own, _) -> "<" + own.strip() + ">";
          });
    }
    return out.toString().replace("\n", " ");
  }
}
