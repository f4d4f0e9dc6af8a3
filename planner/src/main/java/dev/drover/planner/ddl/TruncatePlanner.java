package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Span;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** TRUNCATE and LOCK TABLE: on the datanodes, where the rows are. */
final class TruncatePlanner {
  private final DdlContext context;
  private final byte[] text;

  TruncatePlanner(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  Plan plan(Definition.Truncate truncate) {
    String tag = "TRUNCATE TABLE";
    Optional<Plan> elsewhere = notOnDatanodes(truncate.tables(), truncate.span(), tag);
    if (elsewhere.isPresent()) {
      return elsewhere.get();
    }
    List<Relation> tables = found(truncate.tables());
    for (Relation table : tables) {
      if (!table.distributed()) {
        throw SqlError.of(
            SqlState.WRONG_OBJECT_TYPE, "\"%s\" is not a table".formatted(table.name()));
      }
    }
    Steps steps = new Steps(context).datanodes(withoutOnly(truncate.tables(), truncate.span()));
    Set<Integer> oids = oids(tables);
    if (truncate.cascade()) {
      addReferencing(oids).forEach(t -> steps.notice("truncate cascades to table \"" + t + "\""));
    }
    context.probe().requireAtRest(oids);
    if (truncate.restartIdentity()) {
      steps.catalog("SELECT drover.restart_identity(%s)".formatted(SqlQuote.numbers(oids)));
    }
    return steps.plan(tag);
  }

  Plan plan(Definition.LockTable lock) {
    String tag = "LOCK TABLE";
    return notOnDatanodes(lock.tables(), lock.span(), tag)
        .orElseGet(
            () -> new Steps(context).datanodes(withoutOnly(lock.tables(), lock.span())).plan(tag));
  }

  /** The plan of a statement that names what no datanode has. */
  private Optional<Plan> notOnDatanodes(List<FromItem.TableRef> refs, Span span, String tag) {
    List<Relation> found = found(refs);
    found.forEach(r -> SystemCatalogs.refuse(r, tag));
    if (found.size() < refs.size()) {
      return Optional.of(new Steps(context).catalog(span.of(text)).plan(tag));
    }
    long temporary = found.stream().filter(r -> context.isTemporary(r)).count();
    if (temporary == found.size()) {
      return Optional.of(new Plan.Local(SqlText.cut(span.of(text), span.start()), true, false));
    }
    if (temporary > 0) {
      throw SqlError.notSupported(tag + " not supported for TEMP and non-TEMP objects");
    }
    return Optional.empty();
  }

  private List<Relation> found(List<FromItem.TableRef> refs) {
    return refs.stream().map(r -> context.find(r.name())).flatMap(Optional::stream).toList();
  }

  /** ONLY a partitioned table would be none of its rows. */
  private String withoutOnly(List<FromItem.TableRef> refs, Span span) {
    Splice splice = Splice.of(text, span);
    for (FromItem.TableRef ref : refs) {
      if (ref.only()) {
        splice.replace(ref.relation(), ref.name().span().of(text));
      }
    }
    return splice.toString();
  }

  private static Set<Integer> oids(List<Relation> tables) {
    Set<Integer> oids = new LinkedHashSet<>();
    tables.forEach(t -> oids.add(t.oid()));
    return oids;
  }

  /** Adds all that reference the tables, as CASCADE empties them, and lists their names. */
  private List<String> addReferencing(Set<Integer> reached) {
    List<String> names = new ArrayList<>();
    List<Relation> found;
    do {
      found =
          context.catalog().relations().stream()
              .filter(r -> !reached.contains(r.oid()))
              .filter(
                  r -> r.foreignKeys().stream().anyMatch(k -> reached.contains(k.referencedOid())))
              .sorted((a, b) -> Integer.compareUnsigned(a.oid(), b.oid()))
              .toList();
      found.forEach(r -> reached.add(r.oid()));
      found.forEach(r -> names.add(r.name()));
    } while (!found.isEmpty());
    return names;
  }
}
