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

/**
 * Starts the job that spreads a table another way while it is used: writes down what the new table
 * will be. The job's records are all that it needs to know of the table.
 */
final class Rewrite {
  private static final String JOB = "drover_job";
  private static final String ROLE = "drover_role";

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
    Steps steps = new Steps(context);
    TableSteps tables = new TableSteps(context, steps, rules);
    steps.datanodes("SELECT drover.require_owner(%s)".formatted(SqlQuote.regclass(table)));
    steps.requireIdle(table);
    tables.allocate(wanted);
    steps.catalogValue(ROLE, "SELECT pg_catalog.quote_literal(CURRENT_USER)");
    steps.metadataValue(
        JOB,
        "INSERT INTO drover.job (kind, statement, role) VALUES ('alter_table', %s, %s) RETURNING id"
            .formatted(literal(statement), value(ROLE)));
    steps.metadata(record(tables));
    steps.metadata("SELECT drover.require_no_moves(%s)".formatted(value(JOB)));
    steps.notice("job %s has begun".formatted(value(JOB)));
    return steps.plan(tag);
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
