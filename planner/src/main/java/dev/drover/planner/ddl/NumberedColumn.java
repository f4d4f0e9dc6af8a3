package dev.drover.planner.ddl;

import static dev.drover.planner.ddl.Steps.value;
import static java.util.stream.Collectors.joining;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.Constraint;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.TableElement;
import java.util.ArrayList;
import java.util.List;

/**
 * A serial or identity column that is added to a table that has rows: the datanodes add a plain
 * column, number their rows one node after the other from the start of the sequence, which nobody
 * else can know yet, and then get what the column promises.
 *
 * <p>Threads: confined to the caller's.
 */
final class NumberedColumn {
  private final TableElement.Column column;
  private final Relation table;
  private final byte[] text;
  private final List<String> checks = new ArrayList<>();
  private final List<String> keys = new ArrayList<>();

  /**
   * @param table as it is with the column
   * @throws SqlError if the column promises what cannot be kept for the rows that exist
   */
  NumberedColumn(TableElement.Column column, Relation table, byte[] text) {
    this.column = column;
    this.table = table;
    this.text = text;
    column.constraints().forEach(this::sort);
  }

  private void sort(Constraint constraint) {
    switch (constraint.rule()) {
      case Constraint.Identity _, Constraint.NotNull _, Constraint.Nullable _ -> {}
      case Constraint.Check _ -> checks.add(" " + constraint.span().of(text));
      case Constraint.Key key -> keys.add(", ADD " + key(constraint, key));
      case Constraint.Default _,
          Constraint.Generated _,
          Constraint.ForeignKey _,
          Constraint.Exclude _ ->
          throw SqlError.notSupported(
                  "adding column \"%s\", which takes values from a sequence, to a table that has rows is not supported yet"
                      .formatted(name()))
              .withHint("Add a plain column, fill it by UPDATE, then SET DEFAULT.");
    }
  }

  private String key(Constraint constraint, Constraint.Key key) {
    String called =
        constraint
            .name()
            .map(Name::text)
            .map(n -> "CONSTRAINT " + SqlQuote.ident(n) + " ")
            .orElse("");
    String kind =
        switch (key.kind()) {
          case PRIMARY_KEY -> "PRIMARY KEY";
          case UNIQUE -> key.nullsNotDistinct() ? "UNIQUE NULLS NOT DISTINCT" : "UNIQUE";
        };
    String deferrable = constraint.timing().deferrable() ? " DEFERRABLE" : "";
    String deferred = constraint.timing().initiallyDeferred() ? " INITIALLY DEFERRED" : "";
    return "%s%s (%s)%s%s".formatted(called, kind, SqlQuote.ident(name()), deferrable, deferred);
  }

  private String name() {
    return column.name().text();
  }

  private String typeName() {
    return table.column(name()).orElseThrow().typeName();
  }

  /** What the datanodes do first. */
  String action() {
    return "ADD COLUMN %s %s%s"
        .formatted(SqlQuote.ident(name()), typeName(), String.join("", checks));
  }

  void addSteps(Steps steps, Spread spread) {
    int number = table.column(name()).orElseThrow().number();
    String start = "drover_start_" + number;
    String increment = "drover_increment_" + number;
    String sequence =
        "pg_catalog.pg_get_serial_sequence(%s, %s)"
            .formatted(SqlQuote.literal(SqlQuote.qualified(table)), SqlQuote.literal(name()));
    String fact = "SELECT %s FROM pg_catalog.pg_sequence WHERE seqrelid = %s::regclass";
    steps.catalogValue(start, fact.formatted("seqstart", sequence));
    steps.catalogValue(increment, fact.formatted("seqincrement", sequence));
    boolean copies = spread.kind() == Spread.Kind.REPLICATED;
    List<String> counts = new ArrayList<>(List.of("0"));
    for (int node : spread.nodes()) {
      String count = "drover_count_%d_%d".formatted(number, node);
      String before = copies ? "0" : sum(counts);
      steps.datanodeValue(
          node,
          count,
          "SELECT drover.number_rows(%s, %s, %s + (%s) * %s, %s, %b)"
              .formatted(
                  SqlQuote.regclass(table),
                  SqlQuote.literal(name()),
                  value(start),
                  before,
                  value(increment),
                  value(increment),
                  copies));
      counts.add(value(count));
    }
    String total = copies ? counts.getLast() : sum(counts);
    steps.catalog(
        "SELECT pg_catalog.setval(%s, %s + (%s - 1) * %s) WHERE %s > 0"
            .formatted(sequence, value(start), total, value(increment), total));
    steps.datanodes(
        "ALTER TABLE %s ALTER COLUMN %s SET NOT NULL, ALTER COLUMN %s SET DEFAULT %s%s"
            .formatted(
                SqlQuote.qualified(table),
                SqlQuote.ident(name()),
                SqlQuote.ident(name()),
                SequenceDefaults.noValue(table.name(), name(), typeName()),
                String.join("", keys)));
  }

  private static String sum(List<String> counts) {
    return counts.stream().collect(joining(" + ", "(", ")"));
  }
}
