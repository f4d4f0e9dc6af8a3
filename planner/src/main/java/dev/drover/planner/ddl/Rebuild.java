package dev.drover.planner.ddl;

import static dev.drover.planner.ddl.Steps.value;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.Plan;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A table that may have rows is spread another way. On the catalog node nothing changes but the
 * metadata; on the datanodes a new table takes the place of the old one:
 *
 * <pre>
 * lock the table, and what depends on it        the old one is renamed, the new one made
 * views and routines take over the new one      the rows go over
 * the old one is dropped                        constraints, indexes and grants; foreign keys to it
 * </pre>
 */
final class Rebuild {
  private final DdlContext context;
  private final Relation table;
  private final TableShape shape;
  private final Spread wanted;
  private final Map<Integer, Spread> others;
  private final DistributionRules rules;

  /**
   * @param shape of a distributed table
   */
  Rebuild(DdlContext context, TableShape shape, Spread wanted) {
    this(context, shape, wanted, Map.of());
  }

  /** Other tables, by OID, are spread anew by the same statement. */
  Rebuild(DdlContext context, TableShape shape, Spread wanted, Map<Integer, Spread> others) {
    this.context = context;
    this.table = shape.relation();
    this.shape = shape;
    this.wanted = wanted;
    this.others = others;
    Map<Integer, Spread> changed = new HashMap<>(others);
    changed.put(table.oid(), wanted);
    this.rules = new DistributionRules(context.catalog(), changed);
  }

  /** The constraint, of this table or of one that references it, that forbids it. */
  Optional<SqlError> violation() {
    return rules
        .violation(shape, wanted)
        .or(
            () ->
                referencing().stream()
                    .map(r -> rules.foreignKeyViolation(r, spreadAfter(r)))
                    .flatMap(Optional::stream)
                    .findFirst());
  }

  Plan plan(String tag) {
    Steps steps = new Steps(context).requireIdle(table);
    addSteps(steps, "", false);
    return steps.plan(tag);
  }

  /**
   * @param catalogText what the catalog node runs before, empty for nothing
   */
  void addSteps(Steps steps, String catalogText, boolean provisional) {
    if (!catalogText.isEmpty()) {
      steps.catalog(catalogText);
    }
    TableSteps tables = new TableSteps(context, steps, rules);
    tables.begin(table, wanted);
    String aside = tables.aside(table);
    String old = SqlQuote.literal(aside) + "::regclass";
    steps.datanodes(
        "SELECT drover.take_over_dependents(%s, %s)".formatted(old, SqlQuote.regclass(table)));
    steps.datanodes("SELECT drover.drop_references(%s)".formatted(old));
    steps.datanodes(
        "SELECT drover.require_droppable(%s, %s)".formatted(old, SqlQuote.literal(table.name())));
    steps.carry(rows(tables, aside));
    steps.datanodes("DROP TABLE " + aside);
    tables.finish();
    for (Relation child : referencing()) {
      restoreReferences(child, steps, tables);
    }
    steps.datanodes("ANALYZE " + SqlQuote.qualified(table));
    tables.update(table, wanted, provisional);
  }

  /** A job makes the new table beside the old one, while that is used. */
  Plan concurrently(String tag, String statement) {
    return new Rewrite(context, shape, wanted, rules).plan(tag, statement);
  }

  private CarryRows rows(TableSteps tables, String aside) {
    Relation old = context.catalog().relation(table.oid()).orElseThrow();
    Spread current = spread(old);
    List<String> columns = written(old);
    return new CarryRows(
        aside,
        SqlQuote.qualified(table),
        columns,
        new CarryRows.Source(current.nodes(), current.kind() == Spread.Kind.REPLICATED),
        tables.target(table, wanted, columns));
  }

  /** Quoted names of the columns that a row is made of. */
  static List<String> written(Relation table) {
    List<String> columns =
        table.columns().stream()
            .filter(c -> !c.generated())
            .map(Column::name)
            .map(SqlQuote::ident)
            .toList();
    if (columns.isEmpty()) {
      throw SqlError.notSupported(
          "cannot alter the distribution of a table without columns that can be written");
    }
    return columns;
  }

  /** Those between leaves by aligning them, others by PostgreSQL's own words. */
  private void restoreReferences(Relation child, Steps steps, TableSteps tables) {
    Spread spread = spreadAfter(child);
    if (spread.keyed() && wanted.keyed()) {
      tables.align(child, spread);
      return;
    }
    String keys = "drover_keys_" + Integer.toUnsignedString(child.oid());
    steps.catalogValue(
        keys,
        "SELECT quote_literal(drover.foreign_keys_for_nodes(%s, %s)::text)"
            .formatted(
                Integer.toUnsignedString(child.oid()), Integer.toUnsignedString(table.oid())));
    steps.datanodes("SELECT drover.run(%s::text[])".formatted(value(keys)));
  }

  private List<Relation> referencing() {
    return context.catalog().relations().stream()
        .filter(r -> r.oid() != table.oid())
        .filter(r -> r.foreignKeys().stream().anyMatch(k -> k.referencedOid() == table.oid()))
        .toList();
  }

  private Spread spreadAfter(Relation relation) {
    return Optional.ofNullable(others.get(relation.oid())).orElseGet(() -> spread(relation));
  }

  private static Spread spread(Relation relation) {
    return Spread.of(relation.distribution()).orElseThrow();
  }
}
