package dev.drover.planner.analysis;

import dev.drover.planner.sql.Expr;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Span;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * One text whose names were resolved: the statement's own, or the definition of a view that it
 * reads. What the text mentions is listed with the places where it stands.
 *
 * <p>Threads: confined; filled while the tree is walked.
 */
public final class SourceText {
  /** A column reference, as it is meant in the scope it stands in. */
  public record Reference(Expr.ColumnRef reference, Resolved resolved, Scope scope) {}

  /** A reference to a view, and what the view says. */
  public record ViewUse(FromItem.TableRef ref, Derived derived, SourceText definition) {}

  private final byte[] bytes;
  private final Span span;
  private final List<TableUse> tables = new ArrayList<>();
  private final List<TableUse> temporary = new ArrayList<>();
  private final List<ViewUse> views = new ArrayList<>();
  private final List<Reference> references = new ArrayList<>();
  private final List<Expr.FunctionCall> calls = new ArrayList<>();
  private final List<Block> blocks = new ArrayList<>();
  private final List<QueryInfo> locking = new ArrayList<>();

  SourceText(byte[] bytes, Span span) {
    this.bytes = bytes;
    this.span = span;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** The statement in it. */
  public Span span() {
    return span;
  }

  /** References of tables whose rows are on datanodes. */
  public List<TableUse> tables() {
    return tables;
  }

  /** References of temporary tables, which only the session's own connection knows. */
  public List<TableUse> temporary() {
    return temporary;
  }

  public List<ViewUse> views() {
    return views;
  }

  public List<Reference> references() {
    return references;
  }

  public List<Expr.FunctionCall> calls() {
    return calls;
  }

  public List<Block> blocks() {
    return blocks;
  }

  /** Queries that lock rows. */
  public List<QueryInfo> locking() {
    return locking;
  }

  /** Those of views that it reads included. */
  public List<TableUse> allTables() {
    return all().flatMap(text -> text.tables().stream()).toList();
  }

  /** True when nothing in it has to be replaced where only the catalogs are known. */
  public boolean isOfCatalogs() {
    return all().allMatch(text -> text.tables().isEmpty() && text.temporary().isEmpty());
  }

  /** It, and the definitions of all views that are read through it. */
  public Stream<SourceText> all() {
    return Stream.concat(
        Stream.of(this), views.stream().map(ViewUse::definition).flatMap(SourceText::all));
  }
}
