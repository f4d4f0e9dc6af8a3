package dev.drover.planner.ddl;

import static dev.drover.planner.ddl.SqlQuote.literal;
import static dev.drover.planner.ddl.SqlQuote.numbers;
import static dev.drover.planner.ddl.Steps.value;
import static java.util.stream.Collectors.joining;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.CarryRows;
import dev.drover.planner.plan.KeyColumn;
import java.util.List;
import java.util.Locale;

/**
 * The steps by which a table comes to exist on the datanodes, and by which its leaves follow it.
 *
 * <p>The catalog node describes the table as it stands there after the user's text; each datanode
 * makes the described table and the leaves of its own slots.
 */
final class TableSteps {
  /** Slots of every colocation group. Frozen under the metadata's format version. */
  static final int MODULUS = 32;

  private static final String DISTRIBUTION = "drover_distribution";
  private static final String GROUP = "drover_group";
  private static final String SLOTS = "drover_slots";
  private static final String RELATION = "drover_relation";
  private static final String TABLE = "drover_table";
  private static final String SPEC = "drover_spec";

  private final DdlContext context;
  private final Steps steps;
  private final DistributionRules rules;

  TableSteps(DdlContext context, Steps steps) {
    this.context = context;
    this.steps = steps;
    this.rules = new DistributionRules(context.catalog());
  }

  /** Under rules that know of a change. */
  TableSteps(DdlContext context, Steps steps, DistributionRules rules) {
    this.context = context;
    this.steps = steps;
    this.rules = rules;
  }

  /**
   * The catalog node runs {@code catalogText}, which makes the table; then the datanodes follow.
   */
  void create(String catalogText, Relation table, Spread spread, boolean provisional) {
    allocate(spread);
    steps.catalog(catalogText);
    steps.catalogValue(RELATION, "SELECT drover.guard(" + SqlQuote.regclass(table) + ")");
    onDatanodes(table, spread);
    steps.metadata(
        """
        INSERT INTO drover.distributions (distribution_id, relid, kind, key_attributes, \
        colocation_group, nodes, primary_node, leaf_name, provisional) \
        VALUES (%s, %s, %s)\
        """
            .formatted(value(DISTRIBUTION), value(RELATION), row(table, spread, provisional)));
  }

  /**
   * The datanodes drop the table, which must be empty, and make it again, spread another way, as
   * the catalog node has it after {@code catalogText}.
   */
  void recreate(String catalogText, Relation table, Spread spread, boolean provisional) {
    allocate(spread);
    steps.datanodes("SELECT drover.require_empty(" + SqlQuote.regclass(table) + ")");
    steps.datanodes("DROP TABLE " + SqlQuote.qualified(table));
    if (!catalogText.isEmpty()) {
      steps.catalog(catalogText);
    }
    steps.catalogValue(RELATION, "SELECT " + SqlQuote.regclass(table) + "::oid");
    onDatanodes(table, spread);
    update(table, spread, provisional);
  }

  /** The table's row in the metadata. */
  void update(Relation table, Spread spread, boolean provisional) {
    steps.metadata(
        """
        UPDATE drover.distributions SET (distribution_id, kind, key_attributes, \
        colocation_group, nodes, primary_node, leaf_name, provisional) = (%s, %s) \
        WHERE relid = %s\
        """
            .formatted(value(DISTRIBUTION), row(table, spread, provisional), value(RELATION)));
  }

  /**
   * Makes the leaves like the table, after a change on both sides.
   *
   * @param table as it is after the change
   */
  void align(Relation table, Spread spread) {
    steps.catalogValue(
        SPEC,
        "SELECT quote_literal(drover.leaf_spec(%s, %s)::text)"
            .formatted(SqlQuote.regclass(table), numbers(rules.referencedLeaves(table, spread))));
    steps.datanodes(
        "SELECT drover.align(%s, %s::json)".formatted(SqlQuote.regclass(table), value(SPEC)));
  }

  /** A distribution id, and for a table with leaves its colocation group and slots. */
  void allocate(Spread spread) {
    steps.metadataValue(DISTRIBUTION, "SELECT nextval('drover.distribution_id')");
    if (spread.keyed()) {
      List<Integer> slots = context.probe().place(spread.nodes(), MODULUS);
      steps.metadataValue(
          GROUP,
          "SELECT drover.colocation_group(%s, %d, %s)"
              .formatted(numbers(spread.nodes()), MODULUS, numbers(slots)));
      steps.metadataValue(
          SLOTS, "SELECT slots FROM drover.colocation_groups WHERE id = " + value(GROUP));
    }
  }

  private void onDatanodes(Relation table, Spread spread) {
    describe(table, spread);
    steps.datanodes(
        "SELECT drover.create_table(%s::json, %s)".formatted(value(TABLE), located(table, spread)));
  }

  /** The name of the old table, while both are there. */
  String aside(Relation table) {
    return SqlQuote.qualified(table.schema(), "drover_old$" + value(DISTRIBUTION));
  }

  /** Gives the table another name, and makes the new one without constraints and indexes. */
  void begin(Relation table, Spread spread) {
    allocate(spread);
    steps.catalogValue(RELATION, "SELECT " + SqlQuote.regclass(table) + "::oid");
    describe(table, spread);
    steps.datanodes("SELECT drover.lock_to_rebuild(" + SqlQuote.regclass(table) + ")");
    steps.datanodes(
        "ALTER TABLE %s RENAME TO \"drover_old$%s\""
            .formatted(SqlQuote.qualified(table), value(DISTRIBUTION)));
    steps.datanodes(
        "SELECT drover.begin_table(%s::json, %s)".formatted(value(TABLE), located(table, spread)));
  }

  /** The new table's constraints, indexes, owner and grants. */
  void finish() {
    steps.datanodes("SELECT drover.finish_table(%s::json)".formatted(value(TABLE)));
  }

  /** Where its rows go, for {@link #begin}'s new table. */
  CarryRows.Target target(Relation table, Spread spread, List<String> columns) {
    return switch (spread.kind()) {
      case HASH, MODULO ->
          new CarryRows.Leaves(
              spread.kind() == Spread.Kind.MODULO,
              spread.key().stream().map(n -> SqlQuote.ident(keyColumn(table, n).name())).toList(),
              spread.key().stream().map(n -> key(keyColumn(table, n), columns)).toList(),
              value(DISTRIBUTION),
              LeafNames.leafPrefix(table.name()) + value(DISTRIBUTION),
              value(SLOTS));
      case REPLICATED -> new CarryRows.Copies(spread.nodes());
      case ROUND_ROBIN -> new CarryRows.Anywhere(spread.nodes());
    };
  }

  private static KeyColumn key(Column column, List<String> columns) {
    return KeyColumn.of(
        columns.indexOf(SqlQuote.ident(column.name())),
        column,
        HashType.ofTypeOid(column.typeOid()).orElseThrow());
  }

  private void describe(Relation table, Spread spread) {
    steps.catalogValue(
        TABLE,
        "SELECT quote_literal(drover.table_for_nodes(%s, %s, %s)::text)"
            .formatted(
                value(RELATION),
                literal(partitionBy(table, spread)),
                numbers(rules.referencedLeaves(table, spread))));
  }

  /** leaf_name, slots, nodes. */
  private static String located(Relation table, Spread spread) {
    return "%s, %s, %s"
        .formatted(
            leafName(table, spread),
            spread.keyed() ? "'" + value(SLOTS) + "'" : "'{}'",
            numbers(spread.nodes()));
  }

  private static String leafName(Relation table, Spread spread) {
    return spread.keyed()
        ? literal(LeafNames.leafPrefix(table.name()) + value(DISTRIBUTION))
        : "''";
  }

  /** kind, key_attributes, colocation_group, nodes, primary_node, leaf_name, provisional. */
  private String row(Relation table, Spread spread, boolean provisional) {
    return "%s, %b".formatted(facts(table, spread), provisional);
  }

  /** distribution_id to leaf_name, of the table's row in the metadata. */
  String place(Relation table, Spread spread) {
    return "%s, %s".formatted(value(DISTRIBUTION), facts(table, spread));
  }

  private String facts(Relation table, Spread spread) {
    return "'%c', %s, %s, %s, %s, %s"
        .formatted(
            spread.kind().locator(),
            numbers(spread.key()),
            spread.keyed() ? value(GROUP) : "NULL",
            numbers(spread.nodes()),
            spread.kind() == Spread.Kind.REPLICATED ? primary(spread) : "NULL",
            leafName(table, spread));
  }

  /** Of the nodes that hold the table, the one marked PRIMARY, else the first. */
  private int primary(Spread spread) {
    return spread.nodes().stream()
        .filter(id -> context.catalog().node(id).map(Node::primary).orElse(false))
        .findFirst()
        .orElse(spread.nodes().getFirst());
  }

  /** The clause, empty for a table without leaves. */
  static String partitionBy(Relation table, Spread spread) {
    return switch (spread.kind()) {
      case HASH -> "PARTITION BY HASH (" + keyList(table, spread) + ")";
      case MODULO -> {
        HashType type =
            DistributionRules.moduloType(keyColumn(table, spread.key().getFirst())).orElseThrow();
        yield "PARTITION BY HASH (%s drover.%s_modulo_ops)"
            .formatted(keyList(table, spread), type.name().toLowerCase(Locale.ROOT));
      }
      case REPLICATED, ROUND_ROBIN -> "";
    };
  }

  private static String keyList(Relation table, Spread spread) {
    return spread.key().stream()
        .map(number -> SqlQuote.ident(keyColumn(table, number).name()))
        .collect(joining(", "));
  }

  private static Column keyColumn(Relation table, int number) {
    return table.column(number).orElseThrow();
  }
}
