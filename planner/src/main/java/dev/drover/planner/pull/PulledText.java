package dev.drover.planner.pull;

import dev.drover.planner.analysis.Derived;
import dev.drover.planner.analysis.Outputs;
import dev.drover.planner.analysis.Resolved;
import dev.drover.planner.analysis.Rows;
import dev.drover.planner.analysis.Scope;
import dev.drover.planner.analysis.Source;
import dev.drover.planner.analysis.SourceText;
import dev.drover.planner.analysis.TableUse;
import dev.drover.planner.context.SqlNames;
import dev.drover.planner.placement.Analysis;
import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.QueryPart;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Span;
import dev.drover.planner.text.Clocks;
import dev.drover.planner.text.SpliceText;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A text fit for relations that stand in for its tables: what depends on a table's own name, OID or
 * row type says it in another way. Locking clauses stay: what PostgreSQL refuses to lock is
 * refused.
 */
final class PulledText {
  private final Analysis analysis;
  private final SourceText source;
  private final boolean isStatement;
  private final Set<Source> replaced = new HashSet<>();
  private final Map<Source, String> aliases = new HashMap<>();
  private final Set<Span> named = new HashSet<>();

  PulledText(Analysis analysis, SourceText source) {
    this.analysis = analysis;
    this.source = source;
    this.isStatement = source == analysis.mentions().text();
    source.tables().forEach(this::nameTable);
    source.temporary().forEach(this::nameTable);
    source.views().forEach(view -> replaced.add(view.derived()));
  }

  /** Two tables of one name, in different schemas, need another one to be told apart. */
  private void nameTable(TableUse table) {
    boolean isShared =
        table.ref().alias().isEmpty()
            && source.tables().stream()
                .anyMatch(
                    other ->
                        other.name().equals(table.name())
                            && other.relation().oid() != table.relation().oid());
    replaced.add(table);
    aliases.put(table, isShared ? "drover_t" + (aliases.size() + 1) : table.name());
  }

  /** It is the statement's own text, not a view's. */
  boolean isStatement() {
    return isStatement;
  }

  /** What a source that is replaced is called in the text. */
  String alias(Source replacedSource) {
    return SqlNames.quote(aliases.getOrDefault(replacedSource, replacedSource.name()));
  }

  SpliceText splices() {
    SpliceText text =
        isStatement
            ? new SpliceText(source.bytes(), analysis.reads().literals())
            : SpliceText.ofDefinition(source.bytes());
    if (isStatement) {
      new Clocks(analysis).replaceIn(text);
    }
    source.references().forEach(reference -> reference(text, reference));
    nameTargets(text);
    return text;
  }

  private void reference(SpliceText text, SourceText.Reference use) {
    Expr.ColumnRef reference = use.reference();
    switch (use.resolved()) {
      case Resolved.OfRow(var row) when replaced.contains(row) && !isTemporary(row) ->
          row(text, reference, row);
      case Resolved.OfSystem(var table, _) when replaced.contains(table) -> {
        String oid = Integer.toUnsignedString(table.relation().oid());
        text.replace(bare(reference), unlessNull(table, oid + "::pg_catalog.oid"));
        named.add(reference.span());
      }
      case Resolved.OfColumn _,
          Resolved.OfRow _,
          Resolved.OfStar _,
          Resolved.OfSystem _,
          Resolved.OfOutput _,
          Resolved.Unknown _ ->
          requalify(text, reference, use.scope());
    }
  }

  private void row(SpliceText text, Expr.ColumnRef reference, Source row) {
    Optional<String> type =
        switch (row) {
          case TableUse table -> Optional.of(SqlNames.quoted(table.relation()));
          case Derived derived -> derived.view().map(SqlNames::quoted);
          case Rows _ -> Optional.empty();
        };
    String columns = "ROW(" + alias(row) + ".*)";
    text.replace(
        bare(reference), unlessNull(row, type.map(t -> columns + "::" + t).orElse(columns)));
    named.add(reference.span());
  }

  /** Only the session's own connection knows the row type. */
  private boolean isTemporary(Source row) {
    return row instanceof TableUse table && source.temporary().contains(table);
  }

  /** A row that an outer join has filled up is no row. */
  private String unlessNull(Source row, String value) {
    return "(CASE WHEN " + alias(row) + ".* IS DISTINCT FROM NULL THEN " + value + " END)";
  }

  /** Parentheses around a reference stay. */
  private static Span bare(Expr.ColumnRef reference) {
    int start = reference.parts().getFirst().span().start();
    return new Span(start, reference.parts().getLast().span().end());
  }

  private void requalify(SpliceText text, Expr.ColumnRef reference, Scope scope) {
    int qualifiers = reference.parts().size() - (reference.star() ? 0 : 1);
    if (qualifiers == 0) {
      return;
    }
    List<Name> qualifier = reference.parts().subList(0, qualifiers);
    scope
        .source(qualifier.stream().map(Name::text).toList())
        .filter(replaced::contains)
        .filter(s -> qualifiers > 1 || !alias(s).equals(SqlNames.quote(s.name())))
        .ifPresent(
            s -> {
              int start = qualifier.getFirst().span().start();
              text.replace(new Span(start, qualifier.getLast().span().end()), alias(s));
            });
  }

  /** A replaced reference or call would change the name of its column. */
  private void nameTargets(SpliceText text) {
    source.calls().stream()
        .filter(analysis.functions()::asksSession)
        .forEach(call -> named.add(call.span()));
    if (named.isEmpty() || !isStatement) {
      return;
    }
    for (QueryPart.Target target :
        RelationNames.collect(analysis.parsed().statement(), QueryPart.Target.class)) {
      String name = Outputs.name(target.value());
      boolean changes = named.stream().anyMatch(span -> target.value().span().contains(span));
      if (changes && target.alias().isEmpty() && !name.equals(Outputs.UNNAMED)) {
        text.insert(target.span().end(), " AS " + SqlNames.quote(name));
      }
    }
  }
}
