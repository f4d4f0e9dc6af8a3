package dev.drover.planner.relational;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.plan.SqlText;
import dev.drover.planner.text.TextBuilder;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What becomes of the rows of a whole query in the end.
 *
 * @param order applies to what the outputs are computed from
 * @param cut LIMIT and OFFSET, with a space in front, or empty text
 * @param nodeLimit what each node can leave out already; empty when that is not known
 */
public record Finish(
    List<Output> outputs, List<Sort> order, SqlText cut, Optional<SqlText> nodeLimit) {
  /** A column of the result, named if PostgreSQL would not name it so by itself. */
  public record Output(Scalar value, Optional<String> quotedName) {}

  /**
   * A key of ORDER BY.
   *
   * @param position from 1, when it is an output; else 0
   * @param direction with a space in front, or empty
   */
  public record Sort(Scalar value, int position, String direction) {}

  public Finish {
    outputs = List.copyOf(outputs);
    order = List.copyOf(order);
    requireNonNull(cut);
    requireNonNull(nodeLimit);
  }

  Set<Column> columns() {
    Set<Column> all = new LinkedHashSet<>();
    outputs.forEach(o -> all.addAll(o.value().columns()));
    order.forEach(o -> all.addAll(o.value().columns()));
    return all;
  }

  /** The rows may come in any order, one after another. */
  boolean isPlain() {
    return order.isEmpty() && cut.pieces().isEmpty();
  }

  SqlText text(SelectText.Select select) {
    TextBuilder out = new TextBuilder().add("SELECT ");
    for (int i = 0; i < outputs.size(); i++) {
      out.add(i == 0 ? "" : ", ").add(select.text(outputs.get(i).value()));
      outputs.get(i).quotedName().ifPresent(name -> out.add(" AS " + name));
    }
    out.add(select.clauses());
    for (int i = 0; i < order.size(); i++) {
      Sort sort = order.get(i);
      out.add(i == 0 ? " ORDER BY " : ", ");
      if (sort.position() > 0) {
        out.add(Integer.toString(sort.position()));
      } else {
        out.add(select.text(sort.value()));
      }
      out.add(sort.direction());
    }
    return out.add(cut).build();
  }

  /** ORDER BY and LIMIT for a node that sends these rows, or nothing. */
  SqlText nodeTail(SelectText.Select select) {
    if (nodeLimit.isEmpty()) {
      return SqlText.fixed("");
    }
    TextBuilder out = new TextBuilder();
    for (int i = 0; i < order.size(); i++) {
      Sort sort = order.get(i);
      out.add(i == 0 ? " ORDER BY (" : ", (").add(select.text(sort.value())).add(")");
      out.add(sort.direction());
    }
    return out.add(nodeLimit.get()).build();
  }
}
