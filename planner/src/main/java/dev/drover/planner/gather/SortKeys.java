package dev.drover.planner.gather;

import dev.drover.pgwire.FieldDescription;
import dev.drover.planner.analysis.Block;
import dev.drover.planner.analysis.Conditions;
import dev.drover.planner.analysis.Output;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Variable;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.plan.Combine;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.text.SpliceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The ORDER BY of a block whose result is spread: what the keys are, and who can compare them. */
final class SortKeys {
  private static final int TEXT = 25;
  private static final int VARCHAR = 1043;

  /** Types whose binary form sorts as the values do, or can be compared in Java. */
  private static final Set<Integer> COMPARABLE =
      Set.of(16, 17, 20, 21, 23, 26, 1082, 1083, 1114, 1184, 2950);

  private static final Set<String> BYTEWISE = Set.of("C", "POSIX", "ucs_basic");

  /**
   * One key.
   *
   * @param output its position among the block's columns, from 0; -1 for none
   * @param typeOid 0 when not known
   * @param collation a COLLATE clause that orders its values as the statement does; may be empty
   * @param mergeable the coordinator can compare its values
   */
  record Key(
      QueryPart.SortItem item,
      SqlText text,
      int output,
      int typeOid,
      Optional<String> typeName,
      String collation,
      boolean mergeable) {
    Combine.SortKey forMerge() {
      return new Combine.SortKey(typeOid, item.descending(), nullsFirst());
    }

    boolean nullsFirst() {
      return switch (item.nulls()) {
        case FIRST -> true;
        case LAST -> false;
        case BY_DIRECTION -> item.descending();
      };
    }

    /** {@code " COLLATE x DESC NULLS LAST"}. */
    String direction() {
      return collation
          + (item.descending() ? " DESC" : "")
          + (nullsFirst() ? " NULLS FIRST" : " NULLS LAST");
    }
  }

  private final Analysis analysis;
  private final Block block;
  private final SpliceText text;

  SortKeys(Analysis analysis, Block block, SpliceText text) {
    this.analysis = analysis;
    this.block = block;
    this.text = text;
  }

  /** Empty when a key cannot be understood. */
  Optional<List<Key>> keys(List<QueryPart.SortItem> items) {
    List<Key> keys = new ArrayList<>();
    for (QueryPart.SortItem item : items) {
      if (item.using().isPresent()) {
        return Optional.empty();
      }
      keys.add(key(item));
    }
    return Optional.of(List.copyOf(keys));
  }

  private Key key(QueryPart.SortItem item) {
    int output = output(item.value());
    Expr value = output >= 0 ? outputs().get(output).value() : item.value();
    Optional<Column> column =
        output >= 0
            ? outputs().get(output).variable().flatMap(Conditions::column)
            : Conditions.variable(value, block.scope()).flatMap(Conditions::column);
    int typeOid = type(output, column);
    Optional<String> typeName =
        column.map(Column::typeName).or(() -> analysis.context().types().name(typeOid));
    String collation = collation(value, column);
    boolean mergeable = COMPARABLE.contains(typeOid) || isBytewise(typeOid, collation, column);
    return new Key(item, text(output, value), output, typeOid, typeName, collation, mergeable);
  }

  private List<Output> outputs() {
    return block.outputs().orElse(List.of());
  }

  private int output(Expr item) {
    List<Output> outputs = outputs();
    OptionalLong position = analysis.reads().integer(item);
    if (position.isPresent()) {
      boolean inRange = position.getAsLong() >= 1 && position.getAsLong() <= outputs.size();
      return inRange ? (int) position.getAsLong() - 1 : -1;
    }
    Optional<Variable> variable = Conditions.variable(item, block.scope());
    boolean byName =
        item instanceof Expr.ColumnRef reference
            && block.references().get(reference) instanceof Resolved.OfOutput;
    for (int i = 0; i < outputs.size(); i++) {
      boolean named =
          byName
              && item instanceof Expr.ColumnRef reference
              && outputs.get(i).name().equals(reference.parts().getLast().text());
      boolean same =
          !byName
              && (variable.isPresent()
                  ? outputs.get(i).variable().equals(variable)
                  : isSameText(item, outputs.get(i).value()));
      if (named || same) {
        return i;
      }
    }
    return -1;
  }

  private boolean isSameText(Expr item, Expr output) {
    byte[] source = analysis.context().text();
    if (!item.span().of(source).equals(output.span().of(source))) {
      return false;
    }
    analysis.reads().source(item.span());
    analysis.reads().source(output.span());
    return true;
  }

  private int type(int output, Optional<Column> column) {
    List<FieldDescription> fields = analysis.context().facts().columns();
    if (output >= 0 && fields.size() == outputs().size()) {
      return fields.get(output).typeOid();
    }
    return column.map(Column::typeOid).orElse(0);
  }

  private SqlText text(int output, Expr value) {
    if (output >= 0 && outputs().get(output).variable().isPresent()) {
      Variable variable = outputs().get(output).variable().get();
      String qualifier =
          variable.source().name().isEmpty() ? "" : SqlNames.quote(variable.source().name()) + ".";
      return SqlText.fixed(qualifier + SqlNames.quote(variable.column()));
    }
    return text.render(value.span());
  }

  private String collation(Expr value, Optional<Column> column) {
    if (value instanceof Expr.Special special && special.keyword().equals("COLLATE")) {
      String source = analysis.reads().source(special.span());
      int at = source.toUpperCase(Locale.ROOT).lastIndexOf("COLLATE");
      return " " + source.substring(at).replaceAll("[)\\s]+$", "");
    }
    return column.flatMap(Column::collation).map(c -> " COLLATE " + c).orElse("");
  }

  private boolean isBytewise(int typeOid, String collation, Optional<Column> column) {
    if (typeOid != TEXT && typeOid != VARCHAR) {
      return false;
    }
    if (collation.isEmpty()) {
      return column.isPresent() && analysis.context().session().collationIsC();
    }
    String name = collation.substring(collation.lastIndexOf('.') + 1);
    return BYTEWISE.stream()
        .anyMatch(c -> name.equals('"' + c + '"') || name.endsWith(" \"" + c + '"'));
  }
}
