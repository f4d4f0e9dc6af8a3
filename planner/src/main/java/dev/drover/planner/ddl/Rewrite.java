package dev.drover.planner.ddl;

import static dev.drover.planner.ddl.SqlQuote.literal;
import static dev.drover.planner.ddl.SqlQuote.numbers;
import static dev.drover.planner.ddl.Steps.value;
import static java.util.stream.Collectors.joining;

import dev.drover.planner.catalog.Relation;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.KeyColumn;
import dev.drover.planner.plan.Plan;
import java.util.List;
import java.util.Optional;

/**
 * Starts the job that spreads a table another way while it is used: writes down what the new table
 * will be. The job's records are all that it needs to know of the table.
 */
final class Rewrite {
  private static final String JOB = "drover_job";
  private static final String ROLE = "drover_role";
  private static final String SETTINGS = "drover_settings";

  private final DdlContext context;
  private final Relation table;
  private final Spread wanted;
  private final DistributionRules rules;

  /**
   * @param rules that know of the change
   */
  Rewrite(DdlContext context, TableShape shape, Spread wanted, DistributionRules rules) {
    this.context = context;
    this.table = shape.relation();
    this.wanted = wanted;
    this.rules = rules;
  }

  Plan plan(String tag, String statement) {
    return plan(tag, statement, Optional.empty());
  }

  /** With other columns, or stored in another way. */
  Plan plan(String tag, String statement, Reshape.Change change) {
    return plan(tag, statement, Optional.of(change));
  }

  private Plan plan(String tag, String statement, Optional<Reshape.Change> change) {
    Steps steps = new Steps(context);
    TableSteps tables = new TableSteps(context, steps, rules);
    steps.datanodes("SELECT drover.require_owner(%s)".formatted(SqlQuote.regclass(table)));
    steps.metadata(
        "SELECT drover.require_no_rewrite(%s)".formatted(SqlQuote.numbers(List.of(table.oid()))));
    tables.allocate(wanted);
    steps.catalogValue(ROLE, "SELECT pg_catalog.quote_literal(CURRENT_USER)");
    change.ifPresent(c -> tryOut(c, steps));
    steps.metadataValue(
        JOB,
        "INSERT INTO drover.job (kind, statement, role) VALUES ('alter_table', %s, %s) RETURNING id"
            .formatted(literal(statement), value(ROLE)));
    steps.metadata(record(tables));
    change.ifPresent(c -> record(c, steps));
    steps.metadata("SELECT drover.require_no_moves(%s)".formatted(value(JOB)));
    steps.notice("job %s has begun".formatted(value(JOB)));
    return steps.plan(tag);
  }

  /** Refuses now what the job would be refused, under the settings that the job will have. */
  private void tryOut(Reshape.Change change, Steps steps) {
    steps.catalogValue(
        SETTINGS, "SELECT pg_catalog.quote_literal(drover.meaning_settings()::text)");
    steps.catalog(
        "SELECT drover.reshape(%s, %s, %s, %s::text[], %s, %s, %s, %s, %b)"
            .formatted(
                Integer.toUnsignedString(table.oid()),
                literal(change.actions()),
                texts(change.adds()),
                value(SETTINGS),
                literal(SqlQuote.qualified(table)),
                literal(TableSteps.partitionBy(table, wanted)),
                numbers(rules.referencedLeaves(table, wanted)),
                change.converted(),
                wanted.kind() == Spread.Kind.REPLICATED));
  }

  private static void record(Reshape.Change change, Steps steps) {
    steps.metadata(
        "UPDATE drover.rewrite SET change = %s, adds = %s, settings = %s, converted = %s WHERE job = %s"
            .formatted(
                literal(change.actions()),
                texts(change.adds()),
                value(SETTINGS),
                change.converted(),
                value(JOB)));
  }

  private String record(TableSteps tables) {
    List<String> columns = Rebuild.written(table);
    List<KeyColumn> key = wanted.key().stream().map(number -> key(number, columns)).toList();
    return """
    INSERT INTO drover.rewrite (job, relid, distribution_id, kind, key_attributes, \
    colocation_group, nodes, primary_node, leaf_name, partition_by, split, columns, \
    key_positions, key_types, key_casts) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)\
    """
        .formatted(
            value(JOB),
            Integer.toUnsignedString(table.oid()),
            tables.place(table, wanted),
            literal(TableSteps.partitionBy(table, wanted)),
            numbers(rules.referencedLeaves(table, wanted)),
            texts(columns),
            numbers(key.stream().map(KeyColumn::position).toList()),
            numbers(key.stream().map(k -> k.type().typeOid()).toList()),
            texts(key.stream().map(KeyColumn::typeName).toList()));
  }

  private KeyColumn key(int number, List<String> columns) {
    var column = table.column(number).orElseThrow();
    return KeyColumn.of(
        columns.indexOf(SqlQuote.ident(column.name())),
        column,
        HashType.ofTypeOid(column.typeOid()).orElseThrow());
  }

  private static String texts(List<String> values) {
    return values.stream().map(SqlQuote::literal).collect(joining(", ", "ARRAY[", "]::text[]"));
  }
}
