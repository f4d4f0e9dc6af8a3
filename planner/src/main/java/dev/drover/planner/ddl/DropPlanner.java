package dev.drover.planner.ddl;

import static dev.drover.planner.ddl.Steps.value;
import static java.util.stream.Collectors.joining;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.QualifiedName;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** DROP of anything. */
final class DropPlanner {
  private static final String GONE = "drover_gone";
  private static final Set<String> REFUSED =
      Set.of("DATABASE", "TABLESPACE", "SUBSCRIPTION", "PUBLICATION", "EVENT TRIGGER");
  private static final Set<String> OF_TABLE = Set.of("TRIGGER", "RULE", "POLICY");

  private final DdlContext context;
  private final byte[] text;

  DropPlanner(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  Plan plan(Definition.Drop drop) {
    String tag = "DROP " + drop.objectType();
    String statement = drop.span().of(text);
    if (drop.concurrently()) {
      throw SqlError.notSupported(tag + " CONCURRENTLY is not supported yet");
    }
    if (REFUSED.contains(drop.objectType())) {
      throw SqlError.notSupported(tag + " is not supported yet");
    }
    if (OF_TABLE.contains(drop.objectType())) {
      return ofTable(drop, statement, tag);
    }
    refuseReserved(drop);
    return switch (drop.objectType()) {
      case "TABLE", "VIEW", "INDEX", "MATERIALIZED VIEW", "FOREIGN TABLE" ->
          relations(drop, statement, tag);
      case "SEQUENCE" -> sequences(drop, statement, tag);
      default -> everywhere(drop.cascade(), statement).plan(tag);
    };
  }

  /** Text for all nodes; with CASCADE, the metadata of tables that went with it goes too. */
  Steps everywhere(boolean cascade, String statement) {
    Steps steps = new Steps(context).catalog(statement);
    if (cascade) {
      steps.requireReachedIdle();
      forgetTablesThatAreGone(steps);
    }
    return steps.dropDependentTrash().datanodes(statement);
  }

  /** Such objects cannot be made, so there is none to drop: only IF EXISTS has an answer. */
  private Plan ofTable(Definition.Drop drop, String statement, String tag) {
    boolean guard =
        drop.names().stream().anyMatch(n -> n.local().equals(ReservedNames.GUARD_TRIGGER));
    if (!drop.ifExists() || guard) {
      throw SqlError.notSupported(tag + " is not supported yet");
    }
    return new Steps(context).catalog(statement).plan(tag);
  }

  private static void refuseReserved(Definition.Drop drop) {
    for (QualifiedName name : drop.names()) {
      ReservedNames.requireUsable(name);
      boolean named = Set.of("SCHEMA", "ROLE", "USER", "GROUP").contains(drop.objectType());
      if (named && ReservedNames.isReserved(name.local())) {
        throw SqlError.of(
            SqlState.INSUFFICIENT_PRIVILEGE,
            "%s \"%s\" belongs to Drover"
                .formatted(drop.objectType().toLowerCase(java.util.Locale.ROOT), name.local()));
      }
    }
  }

  private Plan relations(Definition.Drop drop, String statement, String tag) {
    List<Relation> found =
        drop.names().stream().map(context::find).flatMap(Optional::stream).toList();
    found.forEach(r -> SystemCatalogs.refuse(r, tag));
    long temporary = found.stream().filter(r -> context.isTemporary(r)).count();
    if (temporary == drop.names().size()) {
      return new Plan.Local(SqlText.cut(statement, drop.span().start()), true, false);
    }
    if (temporary > 0) {
      throw SqlError.notSupported("DROP not supported for TEMP and non-TEMP objects");
    }
    List<Integer> tables = found.stream().filter(Relation::distributed).map(Relation::oid).toList();
    Steps steps = new Steps(context).catalog(statement);
    List<Integer> busy =
        found.stream()
            .filter(r -> r.distributed() || r.kind() == Relation.Kind.INDEX)
            .map(Relation::oid)
            .toList();
    if (!busy.isEmpty()) {
      steps.requireIdle(busy);
    }
    if (drop.cascade()) {
      steps.requireReachedIdle();
    }
    steps.dropDependentTrash().datanodes(statement);
    forget(steps, tables);
    return steps.plan(tag);
  }

  private static void forget(Steps steps, List<Integer> oids) {
    if (!oids.isEmpty()) {
      steps.metadata("DELETE FROM drover.distributions WHERE relid IN (%s)".formatted(list(oids)));
    }
  }

  private static String list(List<Integer> oids) {
    return oids.stream().map(Integer::toUnsignedString).sorted().collect(joining(", "));
  }

  /** The catalog node tells which of the tables it knew before do not exist any more. */
  private void forgetTablesThatAreGone(Steps steps) {
    List<Integer> known =
        context.catalog().relations().stream()
            .filter(Relation::distributed)
            .map(Relation::oid)
            .toList();
    if (known.isEmpty()) {
      return;
    }
    steps.catalogValue(
        GONE,
        """
        SELECT coalesce(string_agg(known.oid::text, ','), '0') \
        FROM unnest(ARRAY[%s]::oid[]) known(oid) \
        WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.oid = known.oid)\
        """
            .formatted(list(known)));
    steps.metadata("DELETE FROM drover.distributions WHERE relid IN (" + value(GONE) + ")");
  }

  /** Sequences are on the catalog node only, but columns everywhere may have lost their default. */
  private Plan sequences(Definition.Drop drop, String statement, String tag) {
    Steps steps = new Steps(context).catalog(statement);
    if (drop.cascade()) {
      steps.requireReachedIdle();
      for (QualifiedName name : drop.names()) {
        context.find(name).ifPresent(sequence -> dropDefaults(steps, sequence));
      }
    }
    return steps.plan(tag);
  }

  private void dropDefaults(Steps steps, Relation sequence) {
    for (Relation table : context.catalog().relations()) {
      if (!table.distributed()) {
        continue;
      }
      for (Column column : table.columns()) {
        if (column.defaultExpression().map(d -> names(d, sequence)).orElse(false)) {
          steps.datanodes(
              "ALTER TABLE %s ALTER COLUMN %s DROP DEFAULT"
                  .formatted(SqlQuote.qualified(table), SqlQuote.ident(column.name())));
        }
      }
    }
  }

  /** Whether a default as pg_get_expr prints it, with every name qualified, uses the sequence. */
  private static boolean names(String expression, Relation sequence) {
    String plain = sequence.schema() + "." + sequence.name();
    return expression.contains("'" + plain + "'::regclass")
        || expression.contains("'" + SqlQuote.qualified(sequence) + "'::regclass")
        || expression.contains(
            "'" + sequence.schema() + "." + SqlQuote.ident(sequence.name()) + "'::regclass")
        || expression.contains(
            "'" + SqlQuote.ident(sequence.schema()) + "." + sequence.name() + "'::regclass");
  }

  /** DROP OWNED. */
  Plan owned(List<Name> roles, String statement, String tag) {
    if (roles.stream().anyMatch(r -> ReservedNames.isReserved(r.text()))) {
      throw SqlError.of(SqlState.INSUFFICIENT_PRIVILEGE, "role \"drover\" belongs to Drover");
    }
    return everywhere(true, statement).datanodes("SELECT drover.align_all_grants()").plan(tag);
  }
}
